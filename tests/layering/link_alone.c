/* A program around the objects of one floor and of those below it: it exists when they need nothing from above. */
int main(void) {
    return 0;
}
