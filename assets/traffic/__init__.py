"""Road users that are not cars: box truck, bus, motorcycle with rider, cyclist, pedestrian."""
