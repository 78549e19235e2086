"""The small model that turns evidence about a pause into a waiting time: taught by read sentences, judged by clips of real turns."""
