"""Value k of step s is 10 s + k."""

import numpy as np
import weir

with weir.Client() as client:
    for step in range(5):
        client.send("u", 10.0 * step + np.arange(8))
