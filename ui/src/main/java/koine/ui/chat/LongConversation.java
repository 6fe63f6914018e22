package koine.ui.chat;

import java.util.Optional;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import koine.app.chat.ChatObserver;
import koine.app.chat.ChatOptions;
import koine.app.chat.ContextPlan;
import koine.app.chat.Overflow;
import koine.app.conversations.ContextNote;
import koine.app.conversations.ConversationStore;
import koine.i18n.Problem;
import koine.ui.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/** What is done about a conversation that has grown too long for its model. Window's thread only. */
public final class LongConversation {
    private final ChatSession session;
    private final ContextPlan plan;
    private final ConversationStore store;
    private final Tasks tasks;
    private final ReadOnlyObjectWrapper<@Nullable Overflow> overflow = new ReadOnlyObjectWrapper<>();
    private final ReadOnlyBooleanWrapper finding = new ReadOnlyBooleanWrapper();
    private int findingFor;
    private final ReadOnlyObjectWrapper<@Nullable ContextNote> note = new ReadOnlyObjectWrapper<>();

    LongConversation(ChatSession session, ContextPlan plan, ConversationStore store, Tasks tasks) {
        this.session = session;
        this.plan = plan;
        this.store = store;
        this.tasks = tasks;
    }

    /** What can be done about a question that did not fit; null while nothing has to be, or it is not known yet. */
    public ReadOnlyObjectProperty<@Nullable Overflow> overflow() {
        return overflow.getReadOnlyProperty();
    }

    /** Whether it is being found out what can be done. */
    public ReadOnlyBooleanProperty finding() {
        return finding.getReadOnlyProperty();
    }

    /** From where on the conversation is sent, when not from its beginning. */
    public ReadOnlyObjectProperty<@Nullable ContextNote> note() {
        return note.getReadOnlyProperty();
    }

    /** A question is being asked: what was known before does not hold any more. */
    void asked() {
        overflow.set(null);
    }

    /** @param read from where on the conversation is sent, as it is stored */
    void read(Optional<ContextNote> read) {
        note.set(read.orElse(null));
    }

    /** Finds out what can be done, unless that is known or something is asked meanwhile. */
    void findWays(ChatOptions options) {
        String stored = session.id().get();
        int turn = session.turns();
        boolean findingAlready = finding.get() && findingFor == turn;
        if (stored != null && overflow.get() == null && !findingAlready) {
            findingFor = turn;
            finding.set(true);
            tasks.run(
                    () -> plan.examine(stored, options),
                    found -> {
                        if (found(turn)) {
                            overflow.set(found);
                        }
                    },
                    e -> {
                        if (found(turn)) {
                            session.failed(e);
                        }
                    });
        }
    }

    /** @return whether it still matters */
    private boolean found(int turn) {
        if (findingFor == turn) {
            finding.set(false);
        }
        return turn == session.turns();
    }

    /** Stops sending the oldest messages, and asks the question again. */
    public void dropOldest(ChatOptions options) {
        makeRoom(options, new Activity.Asked(), stored -> plan.dropOldest(stored, options));
    }

    /** Gives the conversation a larger context, and asks the question again. */
    public void enlarge(int contextTokens, ChatOptions options) {
        makeRoom(options, new Activity.Asked(), stored -> {
            plan.enlarge(stored, contextTokens, options);
            return note.get();
        });
    }

    /** Has the oldest messages summarized, and asks the question again. */
    public void summarize(ChatOptions options) {
        ChatObserver progress = new ChatObserver() {
            @Override
            public void onPromptProgress(int processed, int cached, int total) {
                double share = total == 0 ? 0 : (double) processed / total;
                tasks.ui(() -> session.seen(new Activity.Summarizing(share)));
            }
        };
        makeRoom(options, new Activity.Summarizing(0), stored -> plan.summarize(stored, options, progress));
    }

    private interface Room {
        @Nullable
        ContextNote make(String conversationId) throws Problem;
    }

    private void makeRoom(ChatOptions options, Activity shown, Room work) {
        String stored = session.id().get();
        if (stored == null || session.busy()) {
            return;
        }
        session.begin(shown);
        tasks.run(
                () -> Optional.ofNullable(work.make(stored)),
                made -> {
                    boolean givenUp = shown instanceof Activity.Summarizing && made.isEmpty();
                    session.idle();
                    if (!givenUp) {
                        note.set(made.orElse(null));
                        session.retry(options);
                    }
                },
                e -> {
                    session.idle();
                    session.failed(e);
                });
    }

    /** Sends what was left out, or summarized, as it was. */
    public void undoNote() {
        String stored = session.id().get();
        if (stored == null || session.busy()) {
            return;
        }
        tasks.run(
                () -> {
                    plan.undo(stored);
                    return store.contextNote(stored);
                },
                this::read,
                session::failed);
    }
}
