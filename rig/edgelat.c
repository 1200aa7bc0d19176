// How long an edge takes: edgelat LABEL OFFSET PULL-FILE COUNT
//
// Pulls a simulated line COUNT times, up and down in turn, and reads every edge before the next. With - for the file
// somebody else pulls, and only the time from the stamp to the edge read is taken. Prints one line of
// figures in microseconds: from the write to the kernel's time stamp, and from the write to the edge read. An edge that
// is lost, of the wrong direction, or stamped outside its interval is an error. For libgpiod 1.6 and 2.x; the part that
// differs comes first.
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <gpiod.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what) {
    fprintf(stderr, "edgelat: %s: %s\n", what, strerror(errno));
    exit(1);
}

struct edge {
    int rising;
    int64_t nanoseconds; // CLOCK_MONOTONIC
};

#ifdef GPIOD_BIT // A macro of 1.x only.

static struct gpiod_line *line;

static void open_line(const char *label, unsigned offset) {
    struct gpiod_chip *chip = gpiod_chip_open_by_label(label);
    if (!chip) fail(label);
    line = gpiod_chip_get_line(chip, offset);
    if (!line) fail("line");
    if (gpiod_line_request_both_edges_events(line, "edgelat")) fail("request");
}

// Waits at most two seconds.
static struct edge next_edge(void) {
    struct timespec limit = {2, 0};
    struct gpiod_line_event event;
    if (gpiod_line_event_wait(line, &limit) != 1) fail("an edge is lost");
    if (gpiod_line_event_read(line, &event)) fail("read");
    return (struct edge){event.event_type == GPIOD_LINE_EVENT_RISING_EDGE,
                         event.ts.tv_sec * INT64_C(1000000000) + event.ts.tv_nsec};
}

#else

#include <dirent.h>

static struct gpiod_line_request *request;
static struct gpiod_edge_event_buffer *buffer;

// 2.x opens a chip by its path only.
static struct gpiod_chip *chip_labeled(const char *label) {
    DIR *folder = opendir("/dev");
    if (!folder) fail("/dev");
    struct gpiod_chip *found = NULL;
    for (struct dirent *entry; !found && (entry = readdir(folder));) {
        if (strncmp(entry->d_name, "gpiochip", strlen("gpiochip"))) continue;
        char path[sizeof "/dev/" + sizeof entry->d_name];
        snprintf(path, sizeof path, "/dev/%s", entry->d_name);
        struct gpiod_chip *chip = gpiod_chip_open(path);
        if (!chip) continue;
        struct gpiod_chip_info *info = gpiod_chip_get_info(chip);
        if (info && !strcmp(gpiod_chip_info_get_label(info), label)) found = chip;
        else gpiod_chip_close(chip);
        if (info) gpiod_chip_info_free(info);
    }
    closedir(folder);
    errno = found ? errno : ENOENT;
    return found;
}

static void open_line(const char *label, unsigned offset) {
    struct gpiod_chip *chip = chip_labeled(label);
    if (!chip) fail(label);
    struct gpiod_line_settings *settings = gpiod_line_settings_new();
    struct gpiod_line_config *lines = gpiod_line_config_new();
    struct gpiod_request_config *user = gpiod_request_config_new();
    buffer = gpiod_edge_event_buffer_new(1);
    if (!settings || !lines || !user || !buffer) fail("memory");
    gpiod_request_config_set_consumer(user, "edgelat");
    if (gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_INPUT) ||
        gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_BOTH) ||
        gpiod_line_config_add_line_settings(lines, &offset, 1, settings))
        fail("settings");
    request = gpiod_chip_request_lines(chip, user, lines);
    if (!request) fail("request");
    gpiod_request_config_free(user);
    gpiod_line_config_free(lines);
    gpiod_line_settings_free(settings);
}

// Waits at most two seconds.
static struct edge next_edge(void) {
    if (gpiod_line_request_wait_edge_events(request, INT64_C(2000000000)) != 1) fail("an edge is lost");
    if (gpiod_line_request_read_edge_events(request, buffer, 1) != 1) fail("read");
    struct gpiod_edge_event *event = gpiod_edge_event_buffer_get_event(buffer, 0);
    return (struct edge){gpiod_edge_event_get_event_type(event) == GPIOD_EDGE_EVENT_RISING_EDGE,
                         (int64_t)gpiod_edge_event_get_timestamp_ns(event)};
}

#endif

static int64_t now(void) {
    struct timespec time;
    if (clock_gettime(CLOCK_MONOTONIC, &time)) fail("clock");
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static int ascending(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static void print_figures(const char *name, int64_t *spans, long count) {
    qsort(spans, (size_t)count, sizeof *spans, ascending);
    printf(" %s_median=%.1f %s_p99=%.1f %s_max=%.1f", name, spans[count / 2] / 1e3, name,
           spans[count * 99 / 100] / 1e3, name, spans[count - 1] / 1e3);
}

int main(int count_of_arguments, char **arguments) {
    if (count_of_arguments != 5) {
        fprintf(stderr, "usage: edgelat LABEL OFFSET PULL-FILE COUNT\n");
        return 64;
    }
    long count = atol(arguments[4]);
    int64_t *stamped = calloc((size_t)count, sizeof *stamped), *seen = calloc((size_t)count, sizeof *seen);
    if (count < 1 || !stamped || !seen) fail("COUNT");
    open_line(arguments[1], (unsigned)atoi(arguments[2]));
    if (strcmp(arguments[3], "-") == 0) {
        for (long index = 0; index < count; index++) {
            struct edge edge = next_edge();
            seen[index] = now() - edge.nanoseconds;
        }
        printf("edges=%ld", count);
        print_figures("read", seen, count);
        printf("\n");
        return 0;
    }
    int pull = open(arguments[3], O_WRONLY);
    if (pull < 0) fail(arguments[3]);

    long wrong = 0;
    for (long index = 0; index < count; index++) {
        int up = index % 2 == 0;
        const char *text = up ? "pull-up" : "pull-down";
        int64_t begun = now();
        if (pwrite(pull, text, strlen(text), 0) < 0) fail("pull");
        struct edge edge = next_edge();
        int64_t read = now();
        stamped[index] = edge.nanoseconds - begun;
        seen[index] = read - begun;
        if (edge.rising != up || edge.nanoseconds < begun || edge.nanoseconds > read) wrong++;
        // The next edge finds a program that waits, as a press does.
        nanosleep(&(struct timespec){0, 2000000}, NULL);
    }
    printf("edges=%ld wrong=%ld", count, wrong);
    print_figures("stamp", stamped, count);
    print_figures("read", seen, count);
    printf("\n");
    return wrong != 0;
}
