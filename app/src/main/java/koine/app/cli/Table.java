package koine.app.cli;

import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.lang.UProperty;
import java.util.ArrayList;
import java.util.List;

/** A table for people: columns as wide as what stands in them, counted in the cells of a terminal. */
final class Table {
    private static final int ZERO_WIDTH_JOINER = 0x200d;
    private static final String GAP = "  ";
    private final List<List<String>> rows = new ArrayList<>();

    Table row(String... cells) {
        rows.add(java.util.Arrays.stream(cells).map(SafeText::line).toList());
        return this;
    }

    @Override
    public String toString() {
        int columns = rows.stream().mapToInt(List::size).max().orElse(0);
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], width(row.get(i)));
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                line.append(row.get(i))
                        .append(" ".repeat(widths[i] - width(row.get(i))))
                        .append(GAP);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    /**
     * Cells of a terminal: two for a wide character, none for a mark that sits on another or a sign that is not seen.
     * What is joined to an emoji belongs to it.
     */
    static int width(String text) {
        int width = 0;
        boolean joined = false;
        for (int codePoint : text.codePoints().toArray()) {
            int own = width(codePoint);
            width += joined && own == 2 ? 0 : own;
            joined = codePoint == ZERO_WIDTH_JOINER;
        }
        return width;
    }

    private static int width(int codePoint) {
        return switch (UCharacter.getType(codePoint)) {
            case UCharacter.NON_SPACING_MARK, UCharacter.ENCLOSING_MARK, UCharacter.FORMAT, UCharacter.CONTROL -> 0;
            default ->
                switch (UCharacter.getIntPropertyValue(codePoint, UProperty.EAST_ASIAN_WIDTH)) {
                    case UCharacter.EastAsianWidth.WIDE, UCharacter.EastAsianWidth.FULLWIDTH -> 2;
                    default -> 1;
                };
        };
    }
}
