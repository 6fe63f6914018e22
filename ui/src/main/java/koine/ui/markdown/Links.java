package koine.ui.markdown;

import javafx.scene.Node;

/** What happens when a link is chosen. */
@FunctionalInterface
public interface Links {
    /** @param target the address as the text has it; not trusted */
    void open(Node at, String target);
}
