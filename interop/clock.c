/* Preloaded by interop/tests/60-tls.sh: answers adjtimex(2) as CLOCK_STATE says, so that both opinions of a clock are
   played whatever keeps the time of this machine. */
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>

int adjtimex(struct timex *state) {
    const char *opinion = getenv("CLOCK_STATE");
    int synchronized = opinion != NULL && strcmp(opinion, "synchronized") == 0;
    memset(state, 0, sizeof *state);
    state->status = synchronized ? 0 : STA_UNSYNC;
    return synchronized ? TIME_OK : TIME_ERROR;
}
