"""What people look at after a run: figures, pictures with boxes, and the page that holds them."""
