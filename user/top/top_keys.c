// SPDX-License-Identifier: GPL-2.0-only
/* Handles top's keys and the output of the commands that they run. */
#include "top/top_keys.h"

#include <curses.h>
#include <string.h>

#include "top/top_cursor.h"
#include "top/top_message.h"

#define TOP_KEYS_CTRL(letter) ((letter) % 32)
#define TOP_KEYS_ESCAPE	      27

static const char top_keys_help[] =
	"DISPLAY\n"
	"  The first lines say OK, or what is wrong and what to do.\n"
	"  SYNs dropped: those of blocked hosts. SYNs passed: all others, to protected\n"
	"  ports. Hosts listed as dry run and not dropped are marked \"(dry run)\".\n"
	"\n"
	"  DROPS/S  packets dropped per second since the last update\n"
	"  TOTAL    packets dropped since the host was blocked\n"
	"  SINCE    how long ago it was blocked        LEFT  time until it expires\n"
	"  LAST     how long ago a packet was last dropped\n"
	"\n"
	"KEYS\n"
	"  d t s u a     sort by drops per second, total, since, until, address\n"
	"  /             filter: part of an address or of a reason, or a\n"
	"                network such as 198.51.100.0/24; Esc shows all again\n"
	"  arrows, PgUp, PgDn, Home, End (j k g G)   move\n"
	"  e, Enter      explain: why is this host blocked?\n"
	"  x             unblock this host (asks first)\n"
	"  p             pause or continue\n"
	"  q             quit\n";

static void top_keys_sort_by(struct top *top, enum top_sort sort)
{
	top->sort = sort;
	top_cursor_arrange(top);
}

static void top_keys_show_text(struct top *top, const char *text)
{
	top->text = text;
	top->text_offset = 0;
	top->mode = TOP_TEXT;
}

static void top_keys_run(struct top *top, const char *command, const struct addr_prefix *target)
{
	char address[ADDR_TEXT_SIZE];
	int err;

	addr_prefix_format(target, address);
	snprintf(top->title, sizeof(top->title), "%s %s", command, address);
	err = top_child_start(&top->child, command, address, top->pins);
	if (err)
		top_message_show(top, "cannot run sobig-xdp %s: %s", top->title, strerror(-err));
}

static void top_keys_explain(struct top *top)
{
	/* The selected host may move: it is remembered by its address. */
	if (top->selected.length == 255)
		return;
	top->explaining = true;
	top_keys_run(top, "explain", &top->selected);
	if (top->child.fd >= 0)
		top_keys_show_text(top, NULL);
}

void top_keys_read_child(struct top *top)
{
	char *line = top->child.text, *end;

	if (top_child_read(&top->child) || top->explaining)
		return;
	/* One line of it is enough, the last. */
	while (top->child.length && line[top->child.length - 1] == '\n')
		line[--top->child.length] = '\0';
	end = strrchr(line, '\n');
	if (!strncmp(line, "sobig-xdp: ", 11))
		line += 11;
	top_message_show(top, "%s", end ? end + 1 : line);
	top_child_end(&top->child);
	top_worker_ask(top->worker);
}

static void top_keys_in_filter(struct top *top, int key)
{
	size_t length = strlen(top->filter);

	switch (key) {
	case TOP_KEYS_ESCAPE:
		strcpy(top->filter, top->filter_before);
		top->mode = TOP_LIST;
		break;
	case '\r':
	case '\n':
	case KEY_ENTER:
		top->mode = TOP_LIST;
		break;
	case KEY_BACKSPACE:
	case 127:
	case TOP_KEYS_CTRL('h'):
		if (length)
			top->filter[length - 1] = '\0';
		break;
	case TOP_KEYS_CTRL('u'):
		top->filter[0] = '\0';
		break;
	default:
		if (key >= ' ' && key < 127 && length + 1 < sizeof(top->filter)) {
			top->filter[length] = key;
			top->filter[length + 1] = '\0';
		}
	}
	top->cursor = top->offset = 0;
	top->follow = false;
	top_cursor_arrange(top);
}

static void top_keys_in_confirm(struct top *top, int key)
{
	top->mode = TOP_LIST;
	if (key == 'y' || key == 'Y') {
		top->explaining = false;
		top_keys_run(top, "unblock", &top->asked);
	} else {
		top_message_show(top, "nothing was unblocked");
	}
}

static void top_keys_in_text(struct top *top, int key)
{
	size_t page = top->rows > 1 ? top->rows - 1 : 1;

	switch (key) {
	case KEY_UP:
	case 'k':
		top->text_offset -= top->text_offset > 0;
		break;
	case KEY_DOWN:
	case 'j':
		top->text_offset++;
		break;
	case KEY_PPAGE:
		top->text_offset -= page < top->text_offset ? page : top->text_offset;
		break;
	case KEY_NPAGE:
	case ' ':
		top->text_offset += page;
		break;
	case KEY_HOME:
	case 'g':
		top->text_offset = 0;
		break;
	case 'q':
	case TOP_KEYS_ESCAPE:
	case '?':
	case 'e':
	case '\r':
	case '\n':
	case KEY_ENTER:
		if (!top->text)
			top_child_end(&top->child);
		top->mode = TOP_LIST;
		break;
	}
}

static bool top_keys_move(struct top *top, int key)
{
	long page = top->rows > 1 ? top->rows - 1 : 1;

	switch (key) {
	case KEY_UP:
	case 'k':
		top_cursor_move(top, -1);
		return true;
	case KEY_DOWN:
	case 'j':
		top_cursor_move(top, 1);
		return true;
	case KEY_PPAGE:
		top_cursor_move(top, -page);
		return true;
	case KEY_NPAGE:
	case ' ':
		top_cursor_move(top, page);
		return true;
	case KEY_HOME:
	case 'g':
		top_cursor_move(top, -(long)top->cursor);
		return true;
	case KEY_END:
	case 'G':
		top_cursor_move(top, top->hosts ? top->hosts->count : 0);
		return true;
	default:
		return false;
	}
}

static bool top_keys_sort(struct top *top, int key)
{
	static const char keys[] = {
		[TOP_SORT_RATE] = 'd',	[TOP_SORT_TOTAL] = 't',	  [TOP_SORT_SINCE] = 's',
		[TOP_SORT_UNTIL] = 'u', [TOP_SORT_ADDRESS] = 'a',
	};

	for (size_t sort = 0; sort < sizeof(keys); sort++)
		if (key == keys[sort]) {
			top_keys_sort_by(top, sort);
			return true;
		}
	return false;
}

static void top_keys_in_list(struct top *top, int key)
{
	if (top_keys_move(top, key) || top_keys_sort(top, key))
		return;
	switch (key) {
	case 'q':
		top->over = true;
		break;
	case '/':
		strcpy(top->filter_before, top->filter);
		top->mode = TOP_FILTER;
		break;
	case TOP_KEYS_ESCAPE:
		top->filter[0] = '\0';
		top_cursor_arrange(top);
		break;
	case 'e':
	case '\r':
	case '\n':
	case KEY_ENTER:
		top_keys_explain(top);
		break;
	case 'x':
		if (top->selected.length == 255)
			break;
		top->asked = top->selected;
		top->mode = TOP_CONFIRM;
		break;
	case 'p':
		top->paused = !top->paused;
		break;
	case '?':
	case 'h':
	case KEY_F(1):
		snprintf(top->title, sizeof(top->title), "help");
		top_keys_show_text(top, top_keys_help);
		break;
	}
}

void top_keys_press(struct top *top, int key)
{
	top->message[0] = '\0';
	if (key == TOP_KEYS_CTRL('l')) {
		clearok(curscr, TRUE);
		return;
	}
	switch (top->mode) {
	case TOP_LIST:
		top_keys_in_list(top, key);
		break;
	case TOP_FILTER:
		top_keys_in_filter(top, key);
		break;
	case TOP_CONFIRM:
		top_keys_in_confirm(top, key);
		break;
	case TOP_TEXT:
		top_keys_in_text(top, key);
		break;
	}
}
