package koine.ui.chat;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import koine.app.chat.ChatObserver;
import koine.app.conversations.ChatTurn;
import koine.i18n.Problem;
import koine.ui.tasks.Tasks;
import koine.ui.tasks.Throttle;
import org.jspecify.annotations.Nullable;

/**
 * What comes of one answer: gathered on the service's thread, handed on upon the window's, and not more often than it can
 * be drawn.
 */
final class Arrival implements ChatObserver {
    /** At most twenty repaints a second: text arrives faster, and every repaint takes time from the model. */
    static final Duration REPAINT_INTERVAL = Duration.ofMillis(50);

    private static final long NANOS_A_MILLI = 1_000_000;

    /**
     * What came since the last time.
     *
     * @param thoughtMillis how long the model thought; negative while that is not known
     * @param activity what is waited for now; null when that did not change
     */
    record News(
            String text,
            String thoughts,
            long thoughtMillis,
            @Nullable Activity activity) {}

    private final Tasks tasks;
    private final Consumer<ChatTurn> onStored;
    private final Consumer<List<Problem>> onNotices;
    private final Consumer<News> onNews;
    private final Throttle repaint;
    private final StringBuilder arrived = new StringBuilder(); // guards the fields below
    private final StringBuilder thoughts = new StringBuilder();
    private long thinkingSince = -1;
    private long thoughtMillis = -1;
    private @Nullable Activity progress;

    /** All are told on the window's thread. */
    Arrival(Tasks tasks, Consumer<ChatTurn> onStored, Consumer<List<Problem>> onNotices, Consumer<News> onNews) {
        this.tasks = tasks;
        this.onStored = onStored;
        this.onNotices = onNotices;
        this.onNews = onNews;
        this.repaint = tasks.throttle(REPAINT_INTERVAL, this::show);
    }

    @Override
    public void onStored(ChatTurn turn) {
        tasks.ui(() -> onStored.accept(turn));
    }

    @Override
    public void onNotices(List<Problem> notices) {
        tasks.ui(() -> onNotices.accept(notices));
    }

    @Override
    public void onLoadProgress(double fraction) {
        progress(new Activity.Loading(fraction));
    }

    @Override
    public void onPromptProgress(int processed, int cached, int total) {
        progress(new Activity.Reading(processed, total));
    }

    private void progress(Activity next) {
        synchronized (arrived) {
            progress = next;
        }
        repaint.request();
    }

    @Override
    public void onReasoning(String text) {
        synchronized (arrived) {
            if (thinkingSince < 0) {
                thinkingSince = tasks.nanoTime();
            }
            thoughts.append(text);
            progress = new Activity.Thinking();
        }
        repaint.request();
    }

    @Override
    public void onText(String text) {
        synchronized (arrived) {
            if (thinkingSince >= 0 && thoughtMillis < 0) {
                thoughtMillis = (tasks.nanoTime() - thinkingSince) / NANOS_A_MILLI;
            }
            arrived.append(text);
            progress = new Activity.Writing();
        }
        repaint.request();
    }

    /** Hands on what has not been yet. Window's thread only. */
    void show() {
        News news;
        synchronized (arrived) {
            news = new News(arrived.toString(), thoughts.toString(), thoughtMillis, progress);
            arrived.setLength(0);
            thoughts.setLength(0);
            progress = null;
        }
        onNews.accept(news);
    }
}
