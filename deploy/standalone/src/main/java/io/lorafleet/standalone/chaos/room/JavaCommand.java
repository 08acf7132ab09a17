// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.room;

import io.lorafleet.standalone.FleetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The commands that start the packaged services. */
final class JavaCommand {
    /** The processes of a run live for minutes, so compiling code thoroughly costs more time than it saves. */
    static final List<String> SHORT_LIVED = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private JavaCommand() {}

    static String java() {
        return tool("java");
    }

    /** @param name name of a program of the JDK that runs this process */
    static String tool(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }

    /**
     * @param root the repository with the built service
     * @param module module of the service, such as {@code gateway}
     * @param options options of the Java virtual machine
     */
    static List<String> service(Path root, String module, List<String> options, Map<String, String> config) {
        Path jar = root.resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
        if (!Files.exists(jar)) {
            throw new FleetException(module + " is not built: " + jar + " not found; run ./mvnw package");
        }
        List<String> command = new ArrayList<>(List.of(java()));
        command.addAll(SHORT_LIVED);
        command.addAll(options);
        config.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(List.of("-jar", jar.toString()));
        return command;
    }
}
