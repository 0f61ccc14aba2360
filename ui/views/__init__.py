"""One file per tab. Each has `tab(desk)`, which builds its components and wires its handlers."""
