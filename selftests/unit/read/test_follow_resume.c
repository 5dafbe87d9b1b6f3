// SPDX-License-Identifier: GPL-2.0-only
/* Resuming a log after a restart: each line once, whatever happened to the files meanwhile. */
#include "unit/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "read/file/follow.h"

#define LINES 30000

static char folder[] = "/tmp/sobig-resume-XXXXXX";
static char path[128];
static struct follow *follow;
static struct log_position_files done, nowhere;
static unsigned int written;
static unsigned char times[LINES], old[LINES];
static bool lost;
static uint64_t last_serial;

static void count_line(void *context, const char *line, size_t length)
{
	uint64_t generation, offset;
	unsigned int number;
	char text[128];

	(void)context;
	snprintf(text, sizeof(text), "%.*s", (int)length, line);
	assert_int_equal(sscanf(text, "line %u", &number), 1);
	follow_line(follow, &generation, &offset);
	assert_true(log_position_serial(generation, offset) > last_serial);
	last_serial = log_position_serial(generation, offset);
	if (log_position_has(&done, generation, offset))
		old[number]++;
	else
		times[number]++;
}

static int start(void **state)
{
	(void)state;
	memset(times, 0, sizeof(times));
	memset(old, 0, sizeof(old));
	memset(&done, 0, sizeof(done));
	written = 0;
	last_serial = 0;
	lost = false;
	strcpy(strchr(folder, '-') + sizeof("-resume-") - 1, "XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/mainlog", folder);
	return 0;
}

static int stop(void **state)
{
	char command[128];

	(void)state;
	follow_close(follow);
	follow = NULL;
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static void write_lines(unsigned int count)
{
	FILE *log = fopen(path, "ae");

	assert_non_null(log);
	while (count--)
		fprintf(log, "line %06u of a log that is long enough to be known again\n",
			written++);
	fclose(log);
}

/* The daemon ends, and another one resumes at its position, or some lines before. */
static void restart(const struct log_position_files *from)
{
	follow_close(follow);
	last_serial = 0;
	assert_int_equal(follow_open_at(path, &done, from, &follow), 0);
	while (follow_read(follow, count_line, NULL))
		;
	lost |= follow_state(follow).lost;
	follow_positions(follow, &done);
}

static void read_rest(void)
{
	while (follow_read(follow, count_line, NULL))
		;
	follow_positions(follow, &done);
}

static void begin(void)
{
	write_lines(100);
	assert_int_equal(follow_open(path, false, &follow), 0);
	read_rest();
}

static void check_all_read_once(void)
{
	for (unsigned int i = 0; i < written; i++)
		assert_int_equal(times[i], 1);
	assert_false(lost);
}

static void rename_log(int number)
{
	char to[160];

	snprintf(to, sizeof(to), "%s.%d", path, number);
	assert_int_equal(rename(path, to), 0);
}

static void copy_and_truncate(void)
{
	char command[400];

	snprintf(command, sizeof(command), "cp %s %s.1 && : >%s", path, path, path);
	assert_int_equal(system(command), 0);
}

static void lines_written_while_stopped_are_read(void **state)
{
	(void)state;
	begin();
	write_lines(50);
	restart(&nowhere);
	write_lines(50);
	read_rest();
	restart(&nowhere);
	check_all_read_once();
}

static void log_renamed_while_stopped_is_read_to_its_end(void **state)
{
	(void)state;
	begin();
	write_lines(50);
	rename_log(1);
	write_lines(50);
	restart(&nowhere);
	write_lines(50);
	read_rest();
	check_all_read_once();
}

static void log_renamed_twice_while_stopped_is_found(void **state)
{
	(void)state;
	begin();
	write_lines(50);
	rename_log(2);
	rmdir(path);
	restart(&nowhere);
	write_lines(50);
	read_rest();
	check_all_read_once();
}

static void log_copied_and_truncated_while_stopped_is_read_to_its_end(void **state)
{
	(void)state;
	begin();
	write_lines(50);
	copy_and_truncate();
	write_lines(20);
	restart(&nowhere);
	check_all_read_once();
}

/* The new log was still empty when the daemon ended, so nothing of it was known. */
static void new_log_copied_and_truncated_while_stopped_is_read_to_its_end(void **state)
{
	(void)state;
	begin();
	rename_log(2);
	write_lines(0);
	read_rest();
	assert_int_equal(done.count, 2);
	write_lines(30);
	copy_and_truncate();
	write_lines(20);
	restart(&nowhere);
	check_all_read_once();
	write_lines(20);
	restart(&nowhere);
	check_all_read_once();
}

static void missing_log_is_reported_lost_and_the_new_one_is_read(void **state)
{
	(void)state;
	begin();
	unlink(path);
	write_lines(50);
	restart(&nowhere);
	assert_true(lost);
	lost = false;
	check_all_read_once();
}

static void incomplete_line_is_read_when_complete(void **state)
{
	int fd;

	(void)state;
	begin();
	fd = open(path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "line 0001", 9), 9);
	read_rest();
	restart(&nowhere);
	assert_int_equal(write(fd, "00 of it\n", 9), 9);
	close(fd);
	written++;
	read_rest();
	check_all_read_once();
}

static void earlier_lines_are_delivered_as_old(void **state)
{
	struct log_position_files from;

	(void)state;
	begin();
	write_lines(50);
	read_rest();
	from = done;
	write_lines(30);
	read_rest();
	rename_log(1);
	write_lines(20);
	read_rest();
	write_lines(10);
	restart(&from);
	check_all_read_once();
	for (unsigned int i = 0; i < written; i++)
		assert_int_equal(old[i], i >= 150 && i < 200);
}

static void closed_rotated_log_is_read_again_as_old(void **state)
{
	struct log_position_files from;

	(void)state;
	begin();
	from = done;
	write_lines(50);
	rename_log(1);
	write_lines(50);
	read_rest();
	/* As if the rotated file had been closed since. */
	assert_int_equal(done.count, 2);
	done.file[0] = done.file[1];
	done.count = 1;
	write_lines(10);
	restart(&from);
	check_all_read_once();
	for (unsigned int i = 0; i < written; i++)
		assert_int_equal(old[i], i >= 100 && i < 200);
}

static void large_log_is_read_in_pieces_in_order(void **state)
{
	unsigned int pieces = 1;

	(void)state;
	begin();
	/* Half of it in a file that was rotated since; each line is padded. */
	for (int i = 0; i < 2; i++) {
		FILE *log;

		write_lines(5000);
		log = fopen(path, "ae");
		for (int j = 0; j < 5000; j++)
			fprintf(log, "line %06u %2000s\n", written++, "x");
		fclose(log);
		if (!i)
			rename_log(1);
	}
	follow_close(follow);
	last_serial = 0;
	assert_int_equal(follow_open_at(path, &done, &nowhere, &follow), 0);
	while (follow_read(follow, count_line, NULL))
		pieces++;
	assert_in_range(pieces, 3, 10);
	follow_positions(follow, &done);
	check_all_read_once();
}

static void rotation_with_no_lines_after_it_loses_nothing(void **state)
{
	(void)state;
	begin();
	rename_log(1);
	read_rest();
	restart(&nowhere);
	restart(&nowhere);
	write_lines(10);
	read_rest();
	restart(&nowhere);
	check_all_read_once();
}

static void log_created_and_rotated_while_stopped_is_read_from_its_start(void **state)
{
	(void)state;
	assert_int_equal(follow_open(path, true, &follow), 0);
	read_rest();
	assert_int_equal(done.count, 0);
	follow_close(follow);
	write_lines(10);
	follow = NULL;
	restart(&nowhere);
	check_all_read_once();
}

static void several_rotations_while_stopped_lose_no_file(void **state)
{
	char to[160], from[160];

	(void)state;
	begin();
	write_lines(5);
	rename_log(1);
	write_lines(7);
	snprintf(from, sizeof(from), "%s.1", path);
	snprintf(to, sizeof(to), "%s.2", path);
	rename(from, to);
	rename_log(1);
	write_lines(9);
	/* Not a log, whatever its name begins with. */
	snprintf(to, sizeof(to), "%s.bak", path);
	close(open(to, O_WRONLY | O_CREAT, 0600));
	restart(&nowhere);
	check_all_read_once();
	restart(&nowhere);
	check_all_read_once();
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(lines_written_while_stopped_are_read),
		TEST(log_renamed_while_stopped_is_read_to_its_end),
		TEST(log_renamed_twice_while_stopped_is_found),
		TEST(log_copied_and_truncated_while_stopped_is_read_to_its_end),
		TEST(new_log_copied_and_truncated_while_stopped_is_read_to_its_end),
		TEST(missing_log_is_reported_lost_and_the_new_one_is_read),
		TEST(incomplete_line_is_read_when_complete),
		TEST(earlier_lines_are_delivered_as_old),
		TEST(rotation_with_no_lines_after_it_loses_nothing),
		TEST(log_created_and_rotated_while_stopped_is_read_from_its_start),
		TEST(several_rotations_while_stopped_lose_no_file),
		TEST(large_log_is_read_in_pieces_in_order),
		TEST(closed_rotated_log_is_read_again_as_old),
	};

	return cmocka_run_group_tests_name("resume", tests, NULL, NULL);
}
