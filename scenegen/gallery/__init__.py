"""The browsable gallery of a dataset: frames with overlays, filters, and histograms beside KITTI's."""
