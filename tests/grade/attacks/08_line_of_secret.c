// The compiler shows the line of the file that the mistake is said to be in.
// raw
// expect: outcome=build-error
int before;
#line 1 "@ROOT_SECRET@"
mistake one;
#line 1 "@PUBLIC_SECRET@"
mistake two;
