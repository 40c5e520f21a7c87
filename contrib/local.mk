# What belongs to other programs: a unit of systemd, a format of lnav, completions of shells.
EXTRA_DIST += contrib/rectrace-serve.service contrib/lnav/rectrace.json

# Made by the program that is installed, so that they know its commands; not when that cannot run here.
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
fishcompletiondir = $(datadir)/fish/vendor_completions.d

install-data-local: rectrace$(EXEEXT)
	@test "$(cross_compiling)" != yes || exit 0; set -e; \
	$(MKDIR_P) "$(DESTDIR)$(bashcompletiondir)" "$(DESTDIR)$(zshcompletiondir)" "$(DESTDIR)$(fishcompletiondir)"; \
	./rectrace$(EXEEXT) completion bash -o "$(DESTDIR)$(bashcompletiondir)/rectrace"; \
	./rectrace$(EXEEXT) completion zsh -o "$(DESTDIR)$(zshcompletiondir)/_rectrace"; \
	./rectrace$(EXEEXT) completion fish -o "$(DESTDIR)$(fishcompletiondir)/rectrace.fish"

uninstall-local:
	rm -f "$(DESTDIR)$(bashcompletiondir)/rectrace" "$(DESTDIR)$(zshcompletiondir)/_rectrace" \
		"$(DESTDIR)$(fishcompletiondir)/rectrace.fish"
