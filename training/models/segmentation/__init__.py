"""Segmentation networks: heads that name the class of every pixel, on a dilated backbone."""
