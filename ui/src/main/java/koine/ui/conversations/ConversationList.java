package koine.ui.conversations;

import com.ibm.icu.text.Normalizer2;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import koine.app.conversations.Conversation;
import koine.app.conversations.ConversationStore;
import koine.i18n.Problem;
import koine.ui.tasks.Failures;
import koine.ui.tasks.Tasks;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The conversations as listed, the latest first. A deleted one leaves the list at once and the disk a little later, so
 * that deleting can be taken back. Window's thread only.
 */
public final class ConversationList {
    private static final Logger LOG = LoggerFactory.getLogger(ConversationList.class);

    /** How long a deletion can be taken back. */
    static final Duration UNDO_TIME = Duration.ofSeconds(10);

    private static final Normalizer2 FOLD = Normalizer2.getNFKCCasefoldInstance();

    private final ConversationStore store;
    private final Tasks tasks;
    private final StringProperty query = new SimpleStringProperty("");
    private final ObservableList<Conversation> shown = FXCollections.observableArrayList();
    private final ReadOnlyObjectWrapper<@Nullable Conversation> deleted = new ReadOnlyObjectWrapper<>();
    private final Set<String> leaving = new LinkedHashSet<>();
    private final ReadOnlyObjectWrapper<@Nullable Problem> problem = new ReadOnlyObjectWrapper<>();
    private List<Conversation> all = List.of();
    private boolean unreadable;

    public ConversationList(ConversationStore store, Tasks tasks) {
        this.store = store;
        this.tasks = tasks;
        query.subscribe(this::show);
    }

    public ObservableList<Conversation> shown() {
        return shown;
    }

    /** What is searched for in the titles. */
    public StringProperty query() {
        return query;
    }

    /** The conversation whose deletion can still be taken back. */
    public ReadOnlyObjectProperty<@Nullable Conversation> deleted() {
        return deleted.getReadOnlyProperty();
    }

    /** Why the list is not what is stored, or a change was not made. Stays until it is dismissed or settled. */
    public ReadOnlyObjectProperty<@Nullable Problem> problem() {
        return problem.getReadOnlyProperty();
    }

    public void dismissProblem() {
        problem.set(null);
    }

    public boolean isEmpty() {
        return all.isEmpty();
    }

    public void refresh(Runnable then) {
        tasks.run(
                store::list,
                found -> {
                    all = found;
                    if (unreadable) {
                        unreadable = false;
                        problem.set(null);
                    }
                    show();
                    then.run();
                },
                e -> {
                    unreadable = true;
                    problem.set(Failures.problem(e, LOG, "the conversations could not be read"));
                });
    }

    public void rename(Conversation conversation, String title) {
        String wanted = title.strip();
        if (!wanted.isEmpty() && !wanted.equals(conversation.title())) {
            write(() -> store.rename(conversation.id(), wanted));
        }
    }

    public void delete(Conversation conversation) {
        finishDeleting();
        leaving.add(conversation.id());
        deleted.set(conversation);
        show();
        tasks.later(UNDO_TIME, () -> {
            if (conversation.equals(deleted.get())) {
                finishDeleting();
            }
        });
    }

    /** Brings the last deleted conversation back. */
    public void undoDelete() {
        Conversation back = deleted.get();
        if (back != null) {
            leaving.remove(back.id());
            deleted.set(null);
            show();
        }
    }

    /** Deletes on disk what can no longer be taken back; when the window closes, too. */
    public void finishDeleting() {
        Conversation gone = deleted.get();
        if (gone != null) {
            deleted.set(null);
            write(() -> store.delete(gone.id()));
        }
    }

    private void write(Runnable change) {
        tasks.run(
                () -> {
                    change.run();
                    return true;
                },
                done -> {
                    problem.set(null);
                    refresh(() -> {});
                },
                e -> {
                    unreadable = false;
                    problem.set(Failures.problem(e, LOG, "a conversation could not be changed"));
                    leaving.clear();
                    refresh(() -> {});
                });
    }

    private void show() {
        String wanted = FOLD.normalize(query.get().strip());
        List<Conversation> now = new ArrayList<>();
        for (Conversation one : all) {
            if (!leaving.contains(one.id())
                    && (wanted.isEmpty() || FOLD.normalize(one.title()).contains(wanted))) {
                now.add(one);
            }
        }
        if (!now.equals(shown)) {
            shown.setAll(now);
        }
    }
}
