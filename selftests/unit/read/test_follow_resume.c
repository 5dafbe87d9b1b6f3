// SPDX-License-Identifier: GPL-2.0-only
/* A log read on after a restart: each line once, whatever became of the files in between. */
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

static void hear(void *context, const char *line, size_t length)
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

/* The daemon dies, and another takes over where it had come, or some lines before. */
static void restart(const struct log_position_files *from)
{
	follow_close(follow);
	last_serial = 0;
	assert_int_equal(follow_open_at(path, &done, from, &follow), 0);
	while (follow_read(follow, hear, NULL))
		;
	lost |= follow_state(follow).lost;
	follow_places(follow, &done);
}

static void read_on(void)
{
	while (follow_read(follow, hear, NULL))
		;
	follow_places(follow, &done);
}

static void begin(void)
{
	write_lines(100);
	assert_int_equal(follow_open(path, false, &follow), 0);
	read_on();
}

static void all_were_read_once(void)
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

static void what_was_written_meanwhile_is_read(void **state)
{
	(void)state;
	begin();
	write_lines(50);
	restart(&nowhere);
	write_lines(50);
	read_on();
	restart(&nowhere);
	all_were_read_once();
}

static void a_log_renamed_meanwhile_is_read_to_its_end(void **state)
{
	(void)state;
	begin();
	write_lines(50);
	rename_log(1);
	write_lines(50);
	restart(&nowhere);
	write_lines(50);
	read_on();
	all_were_read_once();
}

static void a_log_renamed_twice_meanwhile_is_found(void **state)
{
	(void)state;
	begin();
	write_lines(50);
	rename_log(2);
	rmdir(path);
	restart(&nowhere);
	write_lines(50);
	read_on();
	all_were_read_once();
}

static void a_log_copied_and_truncated_meanwhile_is_read_to_its_end(void **state)
{
	(void)state;
	begin();
	write_lines(50);
	copy_and_truncate();
	write_lines(20);
	restart(&nowhere);
	all_were_read_once();
}

static void a_log_that_is_gone_is_said_to_be_lost_and_the_new_one_is_read(void **state)
{
	(void)state;
	begin();
	unlink(path);
	write_lines(50);
	restart(&nowhere);
	assert_true(lost);
	lost = false;
	all_were_read_once();
}

static void half_a_line_is_read_when_it_is_whole(void **state)
{
	int fd;

	(void)state;
	begin();
	fd = open(path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "line 0001", 9), 9);
	read_on();
	restart(&nowhere);
	assert_int_equal(write(fd, "00 of it\n", 9), 9);
	close(fd);
	written++;
	read_on();
	all_were_read_once();
}

static void lines_from_before_are_handed_over_as_old_ones(void **state)
{
	struct log_position_files from;

	(void)state;
	begin();
	write_lines(50);
	read_on();
	from = done;
	write_lines(30);
	read_on();
	rename_log(1);
	write_lines(20);
	read_on();
	write_lines(10);
	restart(&from);
	all_were_read_once();
	for (unsigned int i = 0; i < written; i++)
		assert_int_equal(old[i], i >= 150 && i < 200);
}

static void a_rotated_log_that_was_let_go_is_read_again_as_old(void **state)
{
	struct log_position_files from;

	(void)state;
	begin();
	from = done;
	write_lines(50);
	rename_log(1);
	write_lines(50);
	read_on();
	/* As if the rotated one had been let go since. */
	assert_int_equal(done.count, 2);
	done.places[0] = done.places[1];
	done.count = 1;
	write_lines(10);
	restart(&from);
	all_were_read_once();
	for (unsigned int i = 0; i < written; i++)
		assert_int_equal(old[i], i >= 100 && i < 200);
}

static void much_is_read_piece_by_piece_in_its_order(void **state)
{
	unsigned int pieces = 1;

	(void)state;
	begin();
	/* Half of it in a file rotated away since; each line is longer than it looks. */
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
	while (follow_read(follow, hear, NULL))
		pieces++;
	assert_in_range(pieces, 3, 10);
	follow_places(follow, &done);
	all_were_read_once();
}

static void a_rotation_with_nothing_after_it_loses_nothing(void **state)
{
	(void)state;
	begin();
	rename_log(1);
	read_on();
	restart(&nowhere);
	restart(&nowhere);
	write_lines(10);
	read_on();
	restart(&nowhere);
	all_were_read_once();
}

static void a_log_that_came_while_nobody_looked_is_read_from_its_start(void **state)
{
	(void)state;
	assert_int_equal(follow_open(path, true, &follow), 0);
	read_on();
	assert_int_equal(done.count, 0);
	follow_close(follow);
	write_lines(10);
	follow = NULL;
	restart(&nowhere);
	all_were_read_once();
}

static void of_several_rotations_meanwhile_no_file_is_left_out(void **state)
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
	all_were_read_once();
	restart(&nowhere);
	all_were_read_once();
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(what_was_written_meanwhile_is_read),
		TEST(a_log_renamed_meanwhile_is_read_to_its_end),
		TEST(a_log_renamed_twice_meanwhile_is_found),
		TEST(a_log_copied_and_truncated_meanwhile_is_read_to_its_end),
		TEST(a_log_that_is_gone_is_said_to_be_lost_and_the_new_one_is_read),
		TEST(half_a_line_is_read_when_it_is_whole),
		TEST(lines_from_before_are_handed_over_as_old_ones),
		TEST(a_rotation_with_nothing_after_it_loses_nothing),
		TEST(a_log_that_came_while_nobody_looked_is_read_from_its_start),
		TEST(of_several_rotations_meanwhile_no_file_is_left_out),
		TEST(much_is_read_piece_by_piece_in_its_order),
		TEST(a_rotated_log_that_was_let_go_is_read_again_as_old),
	};

	return cmocka_run_group_tests_name("resume", tests, NULL, NULL);
}
