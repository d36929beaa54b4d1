extern "C" int function_that_nobody_has();
extern "C" int some_function() { return function_that_nobody_has(); }
