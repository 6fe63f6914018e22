package koine.app.cli;

import com.google.gson.JsonObject;
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
    private ChatResult.@Nullable Finish finish;

    AnswerPrinter(CliContext context, boolean json) {
        this.context = context;
        this.json = json;
        this.status = new StatusLine(context.terminal());
    }

    /** Ctrl+C: from any thread. The second one does not wait for anything. */
    void interrupt() {
        if (interrupted) {
            Runtime.getRuntime().halt(ExitCodes.INTERRUPTED);
        }
        interrupted = true;
        stop();
    }

    boolean interrupted() {
        return interrupted;
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
    public void onNotice(Problem notice) {
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
    public void onText(String text) {
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
    public void onResult(ChatResult result) {
        finish = result.finish();
    }

    @Override
    public void onEnd(Message answer) {
        status.clear();
        if (!json) {
            return;
        }
        if (answer.state() == MessageState.FAILED
                || (answer.state() == MessageState.INTERRUPTED && finish == null && !stopped())) {
            return; // an error event follows
        }
        JsonObject event = event("done");
        event.addProperty("conversationId", answer.conversationId());
        event.addProperty("messageId", answer.id());
        event.addProperty("model", answer.model());
        event.addProperty("state", answer.state().name().toLowerCase(Locale.ROOT));
        event.addProperty("finish", finish == null ? "cancelled" : finish.name().toLowerCase(Locale.ROOT));
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

    /** Closes the line. @return the exit code */
    int ended() {
        closeLine();
        if (interrupted && status.seen()) {
            context.terminal().err().println(context.text("cli.chat.stopped", Map.of()));
        }
        return interrupted ? ExitCodes.INTERRUPTED : ExitCodes.DONE;
    }

    /** Says what went wrong. @return the exit code */
    int failed(Exception failure) {
        status.clear();
        closeLine();
        Problem problem = CliContext.problem(failure);
        if (json) {
            JsonObject event = event("error");
            event.addProperty("code", problem.code());
            event.addProperty("message", context.messages().text(problem));
            print(Json.line(event) + "\n");
        }
        context.tell(problem);
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
