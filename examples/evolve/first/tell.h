/* Prints what a ship owes. */
static void tell(const lock_passage *passage, const lock_toll *toll) {
    printf("%.*s, %u t: %u cents\n", (int)passage->ship.size, passage->ship.data, (unsigned)passage->tons,
           (unsigned)toll->cents);
}
