package koine.app.cli;

import com.google.gson.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import koine.app.chat.ChatObserver;
import koine.app.conversations.ChatTurn;
import koine.app.conversations.Message;
import koine.app.conversations.MessageState;
import koine.engine.client.ChatResult;
import koine.i18n.Problem;
import org.jspecify.annotations.Nullable;

/** Prints one answer as it comes: as text, or as JSON events. Ctrl+C and a reader that has gone away stop it. */
final class AnswerPrinter implements ChatObserver {
    private final CliContext context;
    private final boolean json;
    private final StatusLine status;
    private volatile @Nullable String conversationId;
    private volatile boolean interrupted;
    private boolean readerGone;
    private boolean lineOpen;
    private @Nullable ChatResult result;
    private @Nullable Message ended;
    private long thinkingSince; // 0 while the model does not think

    AnswerPrinter(CliContext context, boolean json) {
        this.context = context;
        this.json = json;
        this.status = new StatusLine(context.terminal());
    }

    /** For work beside the answers of a conversation that is stored. */
    AnswerPrinter(CliContext context, boolean json, String conversationId) {
        this(context, json);
        this.conversationId = conversationId;
    }

    /** Shows that something is read and written, not what. */
    ChatObserver silently() {
        return new ChatObserver() {
            @Override
            public void onPromptProgress(int processed, int cached, int total) {
                AnswerPrinter.this.onPromptProgress(processed, cached, total);
            }

            @Override
            public void onText(String text) {
                if (status.seen()) {
                    status.showDim(context.text("cli.summarizing"));
                }
            }
        };
    }

    void closed() {
        status.clear();
    }

    /** Ctrl+C: from any thread. The second one does not wait for anything. */
    void interrupt() {
        if (interrupted) {
            Runtime.getRuntime().halt(ExitCodes.INTERRUPTED);
        }
        interrupted = true;
        stop();
    }

    /** Null before the question is stored. */
    @Nullable
    String conversationId() {
        return conversationId;
    }

    private void stop() {
        String running = conversationId;
        if (running != null) {
            context.assistant().chat().stop(running);
        }
    }

    @Override
    public void onStored(ChatTurn turn) {
        conversationId = turn.conversation().id();
        if (interrupted) {
            stop();
        }
    }

    @Override
    public void onLoadProgress(double fraction) {
        if (status.seen()) {
            status.show(context.text("cli.loading", Map.of("share", fraction)));
        }
    }

    @Override
    public void onNotices(List<Problem> notices) {
        notices.forEach(this::tell);
    }

    /** That a model leaves sooner is of none to who has answers printed, or passed on: it is loaded again by itself. */
    static boolean isOfUse(Problem notice) {
        return !notice.code().equals("KOINE-E114");
    }

    private void tell(Problem notice) {
        if (!isOfUse(notice)) {
            return;
        }
        status.clear();
        if (json) {
            JsonObject event = event("notice");
            event.addProperty("code", notice.code());
            event.addProperty("message", context.messages().text(notice));
            print(Json.line(event) + "\n");
        }
        context.tell(notice);
    }

    @Override
    public void onPromptProgress(int processed, int cached, int total) {
        if (status.seen() && total > 0 && processed < total) {
            status.show(context.text("cli.reading", Map.of("share", (double) processed / total)));
        }
    }

    @Override
    public void onReasoning(String text) {
        if (json) {
            JsonObject event = event("reasoning");
            event.addProperty("text", text);
            print(Json.line(event) + "\n");
            return;
        }
        long now = System.nanoTime();
        thinkingSince = thinkingSince == 0 ? now : thinkingSince;
        if (status.seen()) {
            status.showDim(context.text("cli.thinking", Map.of("seconds", seconds(now))));
        }
    }

    private long seconds(long now) {
        return Duration.ofNanos(now - thinkingSince).toSeconds();
    }

    private void endThinking() {
        if (thinkingSince != 0) {
            if (status.seen()) {
                status.leaveDim(context.text(
                        "cli.thought", Map.of("seconds", Math.max(1, seconds(System.nanoTime())))));
            }
            thinkingSince = 0;
        }
    }

    @Override
    public void onText(String text) {
        endThinking();
        status.clear();
        if (json) {
            JsonObject event = event("delta");
            event.addProperty("text", text);
            print(Json.line(event) + "\n");
        } else {
            String safe = SafeText.of(text);
            print(safe);
            lineOpen = !safe.endsWith("\n") && (lineOpen || !safe.isEmpty());
        }
    }

    @Override
    public void onResult(ChatResult known) {
        result = known;
    }

    @Override
    public void onEnd(Message answer) {
        endThinking();
        status.clear();
        ended = answer;
        if (!json) {
            return;
        }
        if (answer.state() == MessageState.FAILED
                || (answer.state() == MessageState.INTERRUPTED && result == null && !stopped())) {
            return; // an error event follows
        }
        JsonObject event = event("done");
        event.addProperty("conversationId", answer.conversationId());
        event.addProperty("messageId", answer.id());
        event.addProperty("model", answer.model());
        event.addProperty("state", answer.state().name().toLowerCase(Locale.ROOT));
        event.addProperty(
                "finish", result == null ? "cancelled" : result.finish().name().toLowerCase(Locale.ROOT));
        Message.Reasoning reasoning = answer.reasoning();
        event.addProperty("reasoningMillis", reasoning == null ? null : reasoning.millis());
        Message.Ending ending = answer.ending();
        event.addProperty(
                "contextTokens", ending == null || ending.contextTokens() == 0 ? null : ending.contextTokens());
        Message.Timings timings = answer.timings();
        JsonObject measured = new JsonObject();
        if (timings != null) {
            measured.addProperty("promptTokens", timings.promptTokens());
            measured.addProperty("cachedTokens", timings.cachedTokens());
            measured.addProperty("answerTokens", timings.answerTokens());
            measured.addProperty("promptMillis", timings.promptMillis());
            measured.addProperty("answerMillis", timings.answerMillis());
        }
        event.add("timings", measured);
        print(Json.line(event) + "\n");
    }

    /**
     * Says so when the answer was cut off by a limit that nobody asked for.
     *
     * @param goOn the command that lets the model go on; null when nothing of the answer is kept
     */
    void tellLimit(@Nullable String goOn) {
        ChatResult known = result;
        Message answer = ended;
        if (json || known == null || answer == null || known.finish() != ChatResult.Finish.LENGTH) {
            return;
        }
        closeLine();
        Message.Ending ending = answer.ending();
        int room = ending == null ? 0 : ending.contextTokens();
        boolean full = room > 0 && answer.usedTokens() >= room - 1;
        String sentence = full
                ? context.text("cli.limit.context", Map.of("tokens", room))
                : context.text(
                        "cli.limit.answer",
                        Map.of(
                                "tokens",
                                known.answerTokens(),
                                "way",
                                goOn == null ? "none" : goOn.isEmpty() ? "here" : "command",
                                "command",
                                goOn == null ? "" : goOn,
                                "option",
                                "--max-tokens"));
        context.terminal().err().println(sentence);
        context.terminal().err().flush();
    }

    /**
     * Closes the line.
     *
     * @param kept whether the conversation outlives the command
     * @return the exit code
     */
    int ended(boolean kept) {
        closeLine();
        if (interrupted && status.seen()) {
            Message answer = ended;
            boolean nothing = answer == null || (answer.content().isEmpty() && answer.reasoning() == null);
            String left = !kept ? "none" : nothing ? "question" : "part";
            context.terminal().err().println(context.text("cli.chat.stopped", Map.of("left", left)));
            context.terminal().err().flush();
        }
        return interrupted ? ExitCodes.INTERRUPTED : ExitCodes.DONE;
    }

    /** Says what went wrong. @return the exit code */
    int failed(Exception failure) {
        Problem problem = CliContext.problem(failure);
        return failed(problem, context.messages().text(problem));
    }

    /** Says what went wrong in words that fit here better than the problem's own. @return the exit code */
    int failed(Problem problem, String words) {
        endThinking();
        status.clear();
        closeLine();
        if (json) {
            JsonObject event = event("error");
            event.addProperty("code", problem.code());
            event.addProperty("message", words);
            print(Json.line(event) + "\n");
        }
        context.tell(words, problem.code());
        return ExitCodes.of(problem);
    }

    private boolean stopped() {
        return interrupted || readerGone;
    }

    private void closeLine() {
        if (lineOpen) {
            print("\n");
            lineOpen = false;
        }
    }

    private void print(String text) {
        if (!context.terminal().print(text) && !readerGone) {
            readerGone = true;
            stop();
        }
    }

    private static JsonObject event(String type) {
        JsonObject event = new JsonObject();
        event.addProperty("type", type);
        return event;
    }
}
