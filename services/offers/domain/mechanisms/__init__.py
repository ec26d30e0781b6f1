"""One file is one mechanism: its terms, who may have it, what it costs and gives. No mechanism knows another."""
