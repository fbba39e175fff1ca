from qbo_emulator.cli import run

run()
