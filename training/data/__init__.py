"""Pictures with true boxes: readers of each format, splits, augmentation, mixing, and the torch dataset."""
