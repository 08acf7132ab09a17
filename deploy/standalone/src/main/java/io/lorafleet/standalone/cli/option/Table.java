// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli.option;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A table with a header and aligned columns, one row for each element of a list. */
public final class Table<R> {
    private static final String GAP = "   ";

    /** @param isWide whether only the wide table has the column */
    private record Column<R>(String header, Function<R, String> value, boolean isWide) {}

    private final List<Column<R>> columns = new ArrayList<>();

    public Table<R> column(String header, Function<R, String> value) {
        columns.add(new Column<>(header, value, false));
        return this;
    }

    /** Adds a column that only the wide table has. */
    public Table<R> wideColumn(String header, Function<R, String> value) {
        columns.add(new Column<>(header, value, true));
        return this;
    }

    /** @return the header and the rows, without a line break at the end */
    public String text(List<R> rows, boolean wide) {
        List<Column<R>> shown =
                columns.stream().filter(column -> wide || !column.isWide()).toList();
        List<List<String>> lines = new ArrayList<>();
        lines.add(shown.stream().map(Column::header).toList());
        rows.forEach(row -> lines.add(
                shown.stream().map(column -> column.value().apply(row)).toList()));
        int[] widths = IntStream.range(0, shown.size())
                .map(i -> lines.stream()
                        .mapToInt(line -> line.get(i).length())
                        .max()
                        .orElse(0))
                .toArray();
        return lines.stream().map(line -> aligned(line, widths)).collect(Collectors.joining(System.lineSeparator()));
    }

    private static String aligned(List<String> line, int[] widths) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            text.append(line.get(i))
                    .append(" ".repeat(widths[i] - line.get(i).length()))
                    .append(GAP);
        }
        return text.toString().stripTrailing();
    }
}
