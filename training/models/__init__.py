"""Detectors: SSD, SSDLite, Faster R-CNN and R-FCN on four MobileNets, for any input size."""
