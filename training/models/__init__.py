"""Detectors: SSD, SSDLite and Faster R-CNN on four MobileNets, for any input size."""
