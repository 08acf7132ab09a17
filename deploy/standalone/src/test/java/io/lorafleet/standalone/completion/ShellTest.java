// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.completion;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lorafleet.standalone.Fleet;
import io.lorafleet.standalone.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Loads the scripts into the shells. Without zsh or fish on the PATH, their tests are skipped. */
class ShellTest {
    private static final String CASES = """
        fleet gen|generate generation
        fleet adapter r|remove rollback route
        fleet adapter list -o |json name table wide
        fleet generate --sampler eu|euler euler_ancestral euler_karras
        fleet generate --neg|--negative-prompt
        fleet generate --adapter |fast@1 ink@2
        fleet adapter rollback f|fast@1
        fleet completion |bash fish zsh\
        """;

    @TempDir
    private Path folder;

    @BeforeEach
    void install() throws IOException {
        Path program = Files.writeString(
                folder.resolve("fleet"),
                "#!/bin/sh\n[ \"$FLEET_NO_BUILD $*\" = '1 adapter list -o name' ] && printf 'fast@1\\nink@2\\n'\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        for (Shell shell : Shell.values()) {
            Files.writeString(
                    folder.resolve(shell.toString()),
                    CommandRun.of("completion", shell.toString()).out());
        }
    }

    @Test
    void bashCompletes() throws Exception {
        for (String line : CASES.lines().toList()) {
            String typed = line.split("\\|")[0];
            List<String> words = words(typed);
            words.set(0, folder.resolve("fleet").toString());
            String array = words.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
            String found = run(
                    "bash",
                    "-c",
                    "source ./bash; COMP_WORDS=(" + array + "); COMP_CWORD=" + (words.size() - 1)
                            + "; _fleet; printf '%s\\n' \"${COMPREPLY[@]}\"");

            assertThat(sorted(found)).as(typed).isEqualTo(line.split("\\|")[1]);
        }
    }

    @Test
    void zshCompletes() throws Exception {
        requireOnPath("zsh");
        for (String line : CASES.lines().toList()) {
            String typed = line.split("\\|")[0];
            List<String> words = words(typed);
            String last = words.get(words.size() - 1);
            words.set(0, folder.resolve("fleet").toString());
            String array = words.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
            // Stands for zsh's completion system, which needs a terminal: the words that start with what is typed.
            String system =
                    "compdef() { : }; PREFIX='" + last + "'; offer() { for w; do [[ $w == $PREFIX* ]] && print -r --"
                            + " $w; done }; compadd() { shift; offer \"$@\" }; _files() { : };"
                            + " _describe() { offer ${(P)@[-1]%%:*} };";
            String found = run(
                    "zsh",
                    "-f",
                    "-c",
                    system + " source ./zsh; words=(" + array + "); CURRENT=" + words.size() + "; _fleet");

            assertThat(sorted(found)).as(typed).isEqualTo(line.split("\\|")[1]);
        }
    }

    @Test
    void fishCompletes() throws Exception {
        requireOnPath("fish");
        for (String line : CASES.lines().toList()) {
            String typed = line.split("\\|")[0];
            String found =
                    run("fish", "--no-config", "-c", "set PATH $PWD $PATH; source ./fish; complete -C '" + typed + "'");

            assertThat(sorted(found.replaceAll("\t.*", ""))).as(typed).isEqualTo(line.split("\\|")[1]);
        }
    }

    @ParameterizedTest
    @CsvSource({"BASH, bash -n", "ZSH, zsh -n", "FISH, fish --no-execute"})
    void theShellCanParseItsScript(Shell shell, String check) throws Exception {
        requireOnPath(check.split(" ")[0]);

        assertThat(run((check + " " + shell).split(" "))).isEmpty();
    }

    @Test
    void everyCommandCanBeCompleted() {
        List<String> paths = CompletedCommand.allOf(Fleet.commandLine(CommandRun.NO_SETTINGS)).stream()
                .map(CompletedCommand::path)
                .toList();

        assertThat(paths).contains("fleet", "fleet adapter add", "fleet bench serve");
        for (Shell shell : Shell.values()) {
            String script =
                    shell.script(Fleet.commandLine(CommandRun.NO_SETTINGS).setCommandName("deploy/fleet"));
            assertThat(paths).allSatisfy(path -> assertThat(script).contains("'" + path + "'"));
        }
    }

    private static List<String> words(String typed) {
        List<String> words = new ArrayList<>(Arrays.asList(typed.split(" ")));
        if (typed.endsWith(" ")) {
            words.add("");
        }
        return words;
    }

    private static String sorted(String lines) {
        return lines.lines().distinct().sorted().collect(Collectors.joining(" "));
    }

    private static void requireOnPath(String program) {
        boolean isThere = Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
        assumeTrue(isThere, program + ": expected it on the PATH, found none");
    }

    private String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        return said;
    }
}
