/* The smallest program, so that what is measured is the init before it. */
int main(void) { return 0; }
