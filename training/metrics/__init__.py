"""How good detections are: KITTI's, COCO's and the paper's protocols, and how sure their numbers are."""
