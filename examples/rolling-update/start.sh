#!/bin/sh
# As many images begin: a shell that waits for the program, as PID 1. TERM reaches neither of them.
python3 /server.py
echo "the server has ended"
