// Empty: a library that has a precompiled header for others has a file of its own (tests/AddTest.cmake).
