/* Prints what a ship owes, and why. */
static void tell(const lock_passage *passage, const lock_toll *toll) {
    printf("%.*s, %llu t", (int)passage->ship.size, passage->ship.data, (unsigned long long)passage->tons);
    if (passage->has_crew) {
        printf(", a crew of %u", (unsigned)passage->crew);
    }
    printf(": %u cents", (unsigned)toll->cents);
    if (toll->reason.size > 0) {
        printf(" (%.*s)", (int)toll->reason.size, toll->reason.data);
    }
    printf("\n");
}
