// SPDX-License-Identifier: GPL-2.0-only
/* libFuzzer target: whatever a log contains, the reader does not read outside of it. */
#include <stdlib.h>
#include <string.h>

#include "read/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_line(struct reader *reader, const uint8_t *line, size_t length)
{
	/* A separate allocation, so that ASan detects an overrun in either direction. */
	char *copy = malloc(length + !length);
	struct exim_log_found found;

	memcpy(copy, line, length);
	if (!reader_line(reader, copy, length, &found) && found.event.class >= EVENT_CLASSES)
		abort();
	free(copy);
}

/* The first byte sets the options of the reader; the rest are the lines. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct classifier *classes;
	static struct reader reader;
	struct classifier_error why;
	const uint8_t *lf;

	if (!classes && classifier_open(NULL, 0, &why, &classes))
		abort();
	if (!size)
		return 0;
	reader_init(&reader, classes, *data & 1, 1061724153);
	reader.exim.wants_arrivals = true;
	for (data++, size--; (lf = memchr(data, '\n', size)); size -= lf + 1 - data, data = lf + 1)
		fuzz_line(&reader, data, lf - data);
	fuzz_line(&reader, data, size);
	return 0;
}
