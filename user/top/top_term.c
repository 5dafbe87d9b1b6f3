// SPDX-License-Identifier: GPL-2.0-only
/* Takes over the terminal for top, and restores it whatever happens. */
#include "top/top_term.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "common/log.h"

static struct {
	bool open;
	bool colours;
	enum top_plot_style style;
	SCREEN *screen;
	struct termios before;
	char farewell[256]; /* escape sequence that restores the screen, for signal handlers */
	size_t farewell_size;
	int captured, stderr_before; /* captured standard error, and the original descriptor */
} top_term;

/* Signals of a crash, after which the terminal must work. */
static const int top_term_crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

static void top_term_crash(int signal)
{
	/* Only async-signal-safe calls. The handler is reset, and the signal is raised again. */
	(void)!write(STDOUT_FILENO, top_term.farewell, top_term.farewell_size);
	tcsetattr(STDIN_FILENO, TCSANOW, &top_term.before);
	raise(signal);
}

static void top_term_add_farewell(const char *capability)
{
	const char *text = tigetstr(capability);
	size_t length;

	if (!text || text == (char *)-1)
		return;
	length = strlen(text);
	if (top_term.farewell_size + length > sizeof(top_term.farewell))
		return;
	memcpy(top_term.farewell + top_term.farewell_size, text, length);
	top_term.farewell_size += length;
}

static void top_term_catch_crashes(void)
{
	struct sigaction action = { .sa_handler = top_term_crash, .sa_flags = SA_RESETHAND };

	top_term.farewell_size = 0;
	top_term_add_farewell("sgr0");
	top_term_add_farewell("cnorm");
	top_term_add_farewell("rmkx");
	top_term_add_farewell("rmcup");
	for (size_t i = 0; i < sizeof(top_term_crashes) / sizeof(top_term_crashes[0]); i++)
		sigaction(top_term_crashes[i], &action, NULL);
}

/* Messages on standard error would be printed across the screen. */
static void top_term_capture_stderr(void)
{
	top_term.captured = memfd_create("captured", MFD_CLOEXEC);
	top_term.stderr_before = dup(STDERR_FILENO);
	if (top_term.captured < 0 || top_term.stderr_before < 0)
		return;
	dup2(top_term.captured, STDERR_FILENO);
}

static void top_term_print_stderr(void)
{
	char text[4096];
	ssize_t length;

	if (top_term.captured >= 0 && top_term.stderr_before >= 0) {
		dup2(top_term.stderr_before, STDERR_FILENO);
		length = pread(top_term.captured, text, sizeof(text), 0);
		if (length > 0)
			(void)!write(STDERR_FILENO, text, length);
	}
	if (top_term.captured >= 0)
		close(top_term.captured);
	if (top_term.stderr_before >= 0)
		close(top_term.stderr_before);
	top_term.captured = top_term.stderr_before = -1;
}

static void top_term_choose_style(bool ascii)
{
	const char *type = getenv("TERM");

	top_term.style = TOP_PLOT_BRAILLE;
	if (ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		top_term.style = TOP_PLOT_ASCII;
	else if (type && !strcmp(type, "linux"))
		/* Its fonts have at most 512 glyphs and no braille. */
		top_term.style = TOP_PLOT_BLOCKS;
}

static void top_term_choose_colours(void)
{
	const char *none = getenv("NO_COLOR");

	top_term.colours = false;
	if ((none && *none) || !has_colors() || start_color() == ERR)
		return;
	top_term.colours = true;
	use_default_colors();
	init_pair(1, COLOR_GREEN, -1);
	init_pair(2, COLOR_RED, -1);
	init_pair(3, COLOR_CYAN, -1);
	init_pair(4, COLOR_BLACK, COLOR_GREEN);
	init_pair(5, COLOR_WHITE, COLOR_RED);
}

int top_term_open(bool ascii)
{
	const char *type = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		log_error(
			"top needs a terminal; in a script, use: sobig-xdp status -j, sobig-xdp list -j, sobig-xdp metrics");
		return -ENOTTY;
	}
	setlocale(LC_CTYPE, "");
	tcgetattr(STDIN_FILENO, &top_term.before);
	top_term.screen = newterm(NULL, stdout, stdin);
	if (!top_term.screen) {
		log_error("TERM = \"%s\": unknown terminal type; try: TERM=vt100 sobig-xdp top",
			  type ? type : "");
		return -ENODEV;
	}
	set_term(top_term.screen);
	top_term.open = true;
	top_term_capture_stderr();
	top_term_catch_crashes();
	atexit(top_term_close);
	top_term_choose_style(ascii);
	top_term_choose_colours();
	cbreak();
	noecho();
	nonl();
	set_escdelay(25);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	leaveok(stdscr, TRUE);
	curs_set(0);
	return 0;
}

void top_term_close(void)
{
	if (!top_term.open)
		return;
	top_term.open = false;
	curs_set(1);
	endwin();
	delscreen(top_term.screen);
	for (size_t i = 0; i < sizeof(top_term_crashes) / sizeof(top_term_crashes[0]); i++)
		signal(top_term_crashes[i], SIG_DFL);
	top_term_print_stderr();
}

void top_term_resize(void)
{
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col)
		resizeterm(size.ws_row, size.ws_col);
	clearok(curscr, TRUE);
}

enum top_plot_style top_term_style(void)
{
	return top_term.style;
}

void top_term_look(enum top_look look)
{
	static const struct {
		attr_t plain; /* without colours */
		attr_t coloured;
		short pair;
	} looks[TOP_LOOKS] = {
		[TOP_FAINT] = { A_NORMAL, A_DIM, 0 },
		[TOP_STRONG] = { A_BOLD, A_BOLD, 0 },
		[TOP_GOOD] = { A_NORMAL, A_NORMAL, 1 },
		[TOP_BAD] = { A_BOLD, A_BOLD, 2 },
		[TOP_OK] = { A_REVERSE, A_NORMAL, 4 },
		[TOP_PROBLEM] = { A_REVERSE | A_BOLD, A_BOLD, 5 },
		[TOP_HEADING] = { A_BOLD, A_BOLD, 3 },
		[TOP_SELECTED] = { A_REVERSE, A_REVERSE, 0 },
		[TOP_KEY] = { A_REVERSE, A_REVERSE, 0 },
	};

	if (top_term.colours)
		attr_set(looks[look].coloured, looks[look].pair, NULL);
	else
		attr_set(looks[look].plain, 0, NULL);
}
