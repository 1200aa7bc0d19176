// One small face over both libgpiod APIs, chosen at compile time: 1.6 has no line settings, 2.x no lines without a
// request, and neither can take over a descriptor that an earlier process left behind, which the kernel's own calls can.
// GPIOD_BIT is defined by the headers of 1.x only.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <gpiod.h>
#include <linux/gpio.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
// Left out by Swift's own view of the C library.
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifdef GPIOD_BIT
#define CGPIOD_API 1
#else
#define CGPIOD_API 2
#endif

// As many edges as one reading takes.
#define CGPIOD_EVENTS 16
// As many edges as the kernel keeps while nobody reads, a restart of the daemon included; 1.6 cannot ask for more than 16.
#define CGPIOD_QUEUE 256

enum { CGPIOD_BIAS_AS_IS, CGPIOD_BIAS_DISABLED, CGPIOD_BIAS_PULL_UP, CGPIOD_BIAS_PULL_DOWN };

typedef struct {
    bool is_output;
    bool is_active_low;
    bool initial;
    int bias;
    // 0 for none; passed over where the API has none.
    unsigned debounce_us;
} cgpiod_settings;

typedef struct {
    // CLOCK_MONOTONIC.
    uint64_t timestamp_ns;
    bool is_active;
    // The line's edges counted from 1; 0 where the API does not count.
    uint32_t sequence;
} cgpiod_edge;

// A line that is held. `fd` is readable when an edge waits; -1 for an output, which has none.
typedef struct {
    int fd;
    unsigned offset;
    // Whether the descriptor comes from an earlier process, so that there is no request of this library.
    bool is_adopted;
    struct gpiod_chip *chip;
#if CGPIOD_API == 1
    struct gpiod_line *line;
#else
    struct gpiod_line_request *request;
#endif
} cgpiod_line;

static inline int cgpiod_api(void) { return CGPIOD_API; }

// Label and number of lines; -1 with errno on failure.
static inline int cgpiod_chip_label(struct gpiod_chip *chip, char *label, size_t size) {
#if CGPIOD_API == 1
    snprintf(label, size, "%s", gpiod_chip_label(chip));
    return (int)gpiod_chip_num_lines(chip);
#else
    struct gpiod_chip_info *info = gpiod_chip_get_info(chip);
    if (!info) return -1;
    snprintf(label, size, "%s", gpiod_chip_info_get_label(info));
    int lines = (int)gpiod_chip_info_get_num_lines(info);
    gpiod_chip_info_free(info);
    return lines;
#endif
}

// The offset of the line with this name; -1 when there is none.
static inline int cgpiod_chip_offset(struct gpiod_chip *chip, const char *name) {
#if CGPIOD_API == 1
    struct gpiod_line *line = gpiod_chip_find_line(chip, name);
    return line ? (int)gpiod_line_offset(line) : -1;
#else
    return gpiod_chip_get_line_offset_from_name(chip, name);
#endif
}

// Who holds a line: 1 and the name, 0 when nobody does, -1 with errno on failure.
static inline int cgpiod_chip_holder(struct gpiod_chip *chip, unsigned offset, char *holder, size_t size) {
#if CGPIOD_API == 1
    struct gpiod_line *line = gpiod_chip_get_line(chip, offset);
    if (!line) return -1;
    const char *consumer = gpiod_line_consumer(line);
    snprintf(holder, size, "%s", consumer ? consumer : "");
    return gpiod_line_is_used(line) ? 1 : 0;
#else
    struct gpiod_line_info *info = gpiod_chip_get_line_info(chip, offset);
    if (!info) return -1;
    const char *consumer = gpiod_line_info_get_consumer(info);
    snprintf(holder, size, "%s", consumer ? consumer : "");
    int used = gpiod_line_info_is_used(info) ? 1 : 0;
    gpiod_line_info_free(info);
    return used;
#endif
}

// Whether the kernel debounces a line that is held.
static inline bool cgpiod_chip_debounces(struct gpiod_chip *chip, unsigned offset) {
#if CGPIOD_API == 1
    (void)chip, (void)offset;
    return false;
#else
    struct gpiod_line_info *info = gpiod_chip_get_line_info(chip, offset);
    if (!info) return false;
    bool debounced = gpiod_line_info_is_debounced(info);
    gpiod_line_info_free(info);
    return debounced;
#endif
}

static inline void cgpiod_line_release(cgpiod_line *line) {
    if (!line) return;
#if CGPIOD_API == 1
    if (line->line) gpiod_line_release(line->line);
#else
    if (line->request) gpiod_line_request_release(line->request);
#endif
    if (line->is_adopted) close(line->fd);
    if (line->chip) gpiod_chip_close(line->chip);
    free(line);
}

#if CGPIOD_API == 1
static inline int cgpiod_request(cgpiod_line *line, const char *consumer, const cgpiod_settings *settings) {
    static const int biases[] = {0, GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE, GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP,
                                 GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN};
    struct gpiod_line_request_config config = {
        .consumer = consumer,
        .request_type = settings->is_output ? GPIOD_LINE_REQUEST_DIRECTION_OUTPUT
                                            : GPIOD_LINE_REQUEST_EVENT_BOTH_EDGES,
        .flags = biases[settings->bias] | (settings->is_active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0),
    };
    struct gpiod_line *asked = gpiod_chip_get_line(line->chip, line->offset);
    if (!asked || gpiod_line_request(asked, &config, settings->initial) != 0) return -1;
    line->line = asked;
    line->fd = settings->is_output ? -1 : gpiod_line_event_get_fd(asked);
    return 0;
}
#else
static inline int cgpiod_request(cgpiod_line *line, const char *consumer, const cgpiod_settings *settings) {
    static const enum gpiod_line_bias biases[] = {GPIOD_LINE_BIAS_AS_IS, GPIOD_LINE_BIAS_DISABLED,
                                                  GPIOD_LINE_BIAS_PULL_UP, GPIOD_LINE_BIAS_PULL_DOWN};
    struct gpiod_line_settings *wanted = gpiod_line_settings_new();
    struct gpiod_line_config *lines = gpiod_line_config_new();
    struct gpiod_request_config *request = gpiod_request_config_new();
    if (wanted && lines && request) {
        gpiod_line_settings_set_active_low(wanted, settings->is_active_low);
        gpiod_line_settings_set_bias(wanted, biases[settings->bias]);
        if (settings->is_output) {
            gpiod_line_settings_set_direction(wanted, GPIOD_LINE_DIRECTION_OUTPUT);
            gpiod_line_settings_set_output_value(wanted, settings->initial ? GPIOD_LINE_VALUE_ACTIVE
                                                                            : GPIOD_LINE_VALUE_INACTIVE);
        } else {
            gpiod_line_settings_set_direction(wanted, GPIOD_LINE_DIRECTION_INPUT);
            gpiod_line_settings_set_edge_detection(wanted, GPIOD_LINE_EDGE_BOTH);
            gpiod_line_settings_set_debounce_period_us(wanted, settings->debounce_us);
        }
        gpiod_request_config_set_consumer(request, consumer);
        gpiod_request_config_set_event_buffer_size(request, CGPIOD_QUEUE);
        if (gpiod_line_config_add_line_settings(lines, &line->offset, 1, wanted) == 0)
            line->request = gpiod_chip_request_lines(line->chip, request, lines);
    }
    int saved = errno;
    if (wanted) gpiod_line_settings_free(wanted);
    if (lines) gpiod_line_config_free(lines);
    if (request) gpiod_request_config_free(request);
    errno = saved;
    if (!line->request) return -1;
    line->fd = settings->is_output ? -1 : gpiod_line_request_get_fd(line->request);
    return 0;
}
#endif

// Asks for a line of the chip at `path`; NULL with errno on failure. To be released.
static inline cgpiod_line *cgpiod_line_request(const char *path, unsigned offset, const char *consumer,
                                               cgpiod_settings settings) {
    cgpiod_line *line = calloc(1, sizeof *line);
    if (!line) return NULL;
    line->fd = -1;
    line->offset = offset;
    line->chip = gpiod_chip_open(path);
    if (line->chip && cgpiod_request(line, consumer, &settings) == 0) {
        // A reading that finds nothing must say so, and never wait.
        if (!settings.is_output) fcntl(line->fd, F_SETFL, fcntl(line->fd, F_GETFL) | O_NONBLOCK);
        return line;
    }
    int saved = errno;
    cgpiod_line_release(line);
    errno = saved;
    return NULL;
}

// Takes over the descriptor of an input that an earlier process asked for with the same API; NULL with errno on failure.
static inline cgpiod_line *cgpiod_line_adopt(int fd) {
    cgpiod_line *line = calloc(1, sizeof *line);
    if (!line) return NULL;
    line->fd = fd;
    line->is_adopted = true;
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    return line;
}

// 1 for active, 0 for inactive, -1 with errno on failure; ENODEV when the chip is gone.
static inline int cgpiod_line_value(cgpiod_line *line) {
#if CGPIOD_API == 1
    if (!line->is_adopted) return gpiod_line_get_value(line->line);
    struct gpiohandle_data data;
    memset(&data, 0, sizeof data);
    return ioctl(line->fd, GPIOHANDLE_GET_LINE_VALUES_IOCTL, &data) < 0 ? -1 : data.values[0];
#else
    if (!line->is_adopted) {
        enum gpiod_line_value value = gpiod_line_request_get_value(line->request, line->offset);
        return value == GPIOD_LINE_VALUE_ERROR ? -1 : value == GPIOD_LINE_VALUE_ACTIVE;
    }
    struct gpio_v2_line_values values = {.bits = 0, .mask = 1};
    return ioctl(line->fd, GPIO_V2_LINE_GET_VALUES_IOCTL, &values) < 0 ? -1 : (int)(values.bits & 1);
#endif
}

// -1 with errno on failure.
static inline int cgpiod_line_set(cgpiod_line *line, bool active) {
#if CGPIOD_API == 1
    return gpiod_line_set_value(line->line, active);
#else
    return gpiod_line_request_set_value(line->request, line->offset,
                                        active ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE);
#endif
}

// Takes at most CGPIOD_EVENTS edges that wait; 0 when none does, -1 with errno on failure.
static inline int cgpiod_line_read(cgpiod_line *line, cgpiod_edge *edges) {
#if CGPIOD_API == 1
    // Reads the descriptor itself, whoever asked for it.
    struct gpiod_line_event events[CGPIOD_EVENTS];
    int count = gpiod_line_event_read_fd_multiple(line->fd, events, CGPIOD_EVENTS);
    if (count < 0) return errno == EAGAIN ? 0 : -1;
    for (int i = 0; i < count; i++) {
        edges[i].timestamp_ns = (uint64_t)events[i].ts.tv_sec * 1000000000u + (uint64_t)events[i].ts.tv_nsec;
        edges[i].is_active = events[i].event_type == GPIOD_LINE_EVENT_RISING_EDGE;
        edges[i].sequence = 0;
    }
    return count;
#else
    // As the kernel writes them: the library's own buffer serves only requests of its own.
    struct gpio_v2_line_event events[CGPIOD_EVENTS];
    ssize_t octets = read(line->fd, events, sizeof events);
    if (octets < 0) return errno == EAGAIN ? 0 : -1;
    int count = (int)(octets / (ssize_t)sizeof events[0]);
    for (int i = 0; i < count; i++) {
        edges[i].timestamp_ns = events[i].timestamp_ns;
        edges[i].is_active = events[i].id == GPIO_V2_LINE_EVENT_RISING_EDGE;
        edges[i].sequence = events[i].line_seqno;
    }
    return count;
#endif
}
