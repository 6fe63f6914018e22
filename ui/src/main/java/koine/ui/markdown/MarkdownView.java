package koine.ui.markdown;

import java.util.ArrayList;
import java.util.List;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import koine.ui.theme.Style;
import org.commonmark.ext.gfm.strikethrough.StrikethroughExtension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.LinkReferenceDefinition;
import org.commonmark.node.Node;
import org.commonmark.node.SourceSpan;
import org.commonmark.parser.IncludeSourceSpans;
import org.commonmark.parser.Parser;

/**
 * A Markdown text as nodes. A text that grows is drawn anew only from the first block that changed; nothing is ever
 * loaded from the network.
 */
public final class MarkdownView extends VBox {
    private static final Parser PARSER = Parser.builder()
            .extensions(List.of(TablesExtension.create(), StrikethroughExtension.create()))
            .includeSourceSpans(IncludeSourceSpans.BLOCKS)
            .build();

    private final Blocks blocks;
    private final StringProperty markdown = new SimpleStringProperty(this, "markdown", "") {
        @Override
        protected void invalidated() {
            show(get());
        }
    };
    private List<String> drawn = List.of();

    public MarkdownView(Paragraphs paragraphs, Links links) {
        this.blocks = new Blocks(paragraphs, links);
        getStyleClass().add(Style.MARKDOWN);
        setMinWidth(0);
    }

    /** The text; bind it to a model's, and the model does not hold the view. */
    public StringProperty markdown() {
        return markdown;
    }

    private void show(String markdown) {
        Node document = PARSER.parse(markdown);
        List<Node> wanted = new ArrayList<>();
        List<String> sources = new ArrayList<>();
        StringBuilder definitions = new StringBuilder();
        for (Node block = document.getFirstChild(); block != null; block = block.getNext()) {
            if (block instanceof LinkReferenceDefinition definition) {
                definitions.append(definition.getLabel()).append(definition.getDestination());
            } else {
                wanted.add(block);
                sources.add(source(block, markdown));
            }
        }
        // a definition may stand below the text that refers to it
        sources.replaceAll(source -> definitions + "\n" + source);

        int same = 0;
        while (same < Math.min(drawn.size(), sources.size()) && drawn.get(same).equals(sources.get(same))) {
            same++;
        }
        List<javafx.scene.Node> former = List.copyOf(getChildren());
        for (int i = same; i < wanted.size(); i++) {
            if (i >= former.size()) {
                getChildren().add(blocks.draw(wanted.get(i)));
            } else {
                Region drawnAnew = blocks.draw(wanted.get(i), (Region) former.get(i));
                if (!drawnAnew.equals(former.get(i))) {
                    getChildren().set(i, drawnAnew);
                }
            }
        }
        getChildren().remove(wanted.size(), getChildren().size());
        drawn = sources;
    }

    private static String source(Node block, String markdown) {
        StringBuilder source = new StringBuilder(block.getClass().getSimpleName()).append('\n');
        for (SourceSpan span : block.getSourceSpans()) {
            source.append(markdown, span.getInputIndex(), span.getInputIndex() + span.getLength())
                    .append('\n');
        }
        return source.toString();
    }
}
