"""The rules as a state machine: anything may happen in any order, and after each step the laws must hold."""
