// The outside world at one simulated line: puller PULL-FILE PRESSES DOWN UP [BOUNCES PERIOD]
//
// Presses a contact to ground PRESSES times, or, if that is 0, until SIGTERM: down for DOWN microseconds, then up for UP.
// Each movement bounces BOUNCES times with PERIOD microseconds between two edges. Prints the edges that it made and how
// many that were in a second.
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t ended;
static int file;
static long edges;

static void end(int number) {
    (void)number;
    ended = 1;
}

static void fail(const char *what) {
    fprintf(stderr, "puller: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void rest(long microseconds) {
    struct timespec time = {microseconds / 1000000, microseconds % 1000000 * 1000};
    while (microseconds > 0 && nanosleep(&time, &time) != 0 && errno == EINTR && !ended) {}
}

static void pull(const char *where) {
    if (pwrite(file, where, strlen(where), 0) < 0) fail("write");
    edges++;
}

static void move(const char *there, const char *back, int bounces, long period) {
    pull(there);
    for (int i = 0; i < bounces; i++) {
        rest(period);
        pull(back);
        rest(period);
        pull(there);
    }
}

int main(int count, char **words) {
    if (count != 5 && count != 7) {
        fprintf(stderr, "usage: puller PULL-FILE PRESSES DOWN UP [BOUNCES PERIOD]\n");
        return 64;
    }
    long presses = atol(words[2]), down = atol(words[3]), up = atol(words[4]);
    int bounces = count == 7 ? atoi(words[5]) : 0;
    long period = count == 7 ? atol(words[6]) : 0;
    struct sigaction action = {.sa_handler = end};
    if (sigaction(SIGTERM, &action, NULL) != 0) fail("sigaction");
    file = open(words[1], O_WRONLY | O_CLOEXEC);
    if (file < 0) fail(words[1]);

    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (long i = 0; (presses == 0 || i < presses) && !ended; i++) {
        move("pull-down", "pull-up", bounces, period);
        rest(down);
        move("pull-up", "pull-down", bounces, period);
        rest(up);
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    double seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) * 1e-9;
    printf("edges=%ld rate=%.0f\n", edges, (double)edges / seconds);
    return 0;
}
