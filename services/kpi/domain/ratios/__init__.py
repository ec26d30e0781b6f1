"""One file is one ratio of measures, summed over whatever cells are asked for."""
