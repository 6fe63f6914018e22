package koine.ui.chat;

import koine.app.chat.ChatObserver;
import koine.app.chat.ChatOptions;
import koine.app.conversations.ChatTurn;
import koine.app.conversations.Message;
import koine.i18n.Problem;
import koine.ui.tasks.Failures;
import koine.ui.tasks.Tasks;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One question on its way, and its answer on the way back. Window's thread only. */
final class Asking {
    private static final Logger LOG = LoggerFactory.getLogger(Asking.class);

    private final ChatSession session;
    private final Tasks tasks;
    private final @Nullable String question;
    private final @Nullable MessageModel replaced;
    private final ChatOptions options;
    private final Arrival arrival;
    private @Nullable MessageModel answer;

    /**
     * @param question null asks the last one again
     * @param replaced the answer whose place the new one takes
     */
    Asking(
            ChatSession session,
            Tasks tasks,
            @Nullable String question,
            @Nullable MessageModel replaced,
            ChatOptions options) {
        this.session = session;
        this.tasks = tasks;
        this.question = question;
        this.replaced = replaced;
        this.options = options;
        this.arrival = new Arrival(tasks, this::stored, session::noticed, this::show);
    }

    /** Blocks while the answer comes. */
    interface Service {
        Message answer(ChatObserver observer) throws Problem;
    }

    void start(Service service) {
        session.begin(new Activity.Asked());
        tasks.run(() -> service.answer(arrival), this::ended, this::broken);
    }

    private void stored(ChatTurn turn) {
        if (replaced != null) {
            session.messages().remove(replaced);
        }
        // they are there already when the conversation was read between their storing and now
        remove(turn.answer());
        if (question != null) {
            remove(turn.question());
            session.messages().add(new MessageModel(turn.question()));
        }
        answer = new MessageModel(turn.answer());
        session.messages().add(answer);
        session.stored(turn.conversation().id(), options);
    }

    private void remove(Message message) {
        session.messages().removeIf(shown -> shown.stored().get().id().equals(message.id()));
    }

    private void show(Arrival.News news) {
        Activity now = news.activity();
        if (now != null && session.busy()) {
            session.seen(now);
        }
        if (answer != null) {
            answer.take(news);
        }
    }

    private void ended(Message stored) {
        arrival.show();
        if (answer != null) {
            answer.end(stored);
        }
        session.ended();
    }

    private void broken(Exception e) {
        arrival.show();
        if (answer == null) {
            if (question != null) { // nothing was stored: the words go back to where they were typed
                String typedSince = session.draft().get();
                session.draft().set(typedSince.isBlank() ? question : question + "\n\n" + typedSince);
            }
            session.ended();
            session.failed(e);
            return;
        }
        answer.fail(Failures.problem(e, LOG, "unexpected failure in an answer"));
        session.ended();
        if (e instanceof Problem tooMuch && tooMuch.code().equals("KOINE-E202")) {
            session.tooLong().findWays(options);
        }
    }
}
