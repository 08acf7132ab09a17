// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documents name tests as evidence. */
class DocumentedTestsTest {
    /** For example {@code SecurityTest.requiresAuthentication}, in code style. */
    private static final Pattern TEST_METHOD = Pattern.compile("`(\\w+(?:Test|IT))\\.(\\w+)`");

    private static final Path ROOT = Path.of("../..");

    @Test
    void everyTestMethodThatADocumentNamesExists() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        for (Path source : files("src/test/java/", ".java")) {
            sources.merge(
                    source.getFileName().toString().replace(".java", ""), Files.readString(source), String::concat);
        }
        List<String> named = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (Path document : files("docs/", ".md")) {
            for (MatchResult test :
                    TEST_METHOD.matcher(Files.readString(document)).results().toList()) {
                named.add(test.group());
                if (!sources.getOrDefault(test.group(1), "").contains(" " + test.group(2) + "(")) {
                    missing.add(document + ": " + test.group());
                }
            }
        }

        assertThat(missing).isEmpty();
        assertThat(named).hasSizeGreaterThan(10);
    }

    private static List<Path> files(String folder, String suffix) throws IOException {
        try (Stream<Path> all = Files.walk(ROOT)) {
            return all.filter(file ->
                            file.toString().contains(folder) && file.toString().endsWith(suffix))
                    .filter(file -> !file.toString().contains("/target/"))
                    .toList();
        }
    }
}
