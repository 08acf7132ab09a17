// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.containers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A Java runtime with the modules that the services need. It is made from the JDK packages in the lock file, and not
 * from the JDK that runs the build.
 */
final class JavaRuntime {
    private static final String JDK = "usr/lib/jvm/java-17-openjdk-amd64";
    /**
     * All of Java SE, because libraries use modules through reflection, and the modules for the following: elliptic
     * curves for TLS, Kerberos and JAAS logins for Kafka, DNS, locale data for {@code Accept-Language}, more character
     * sets, {@code Unsafe}, zip file systems, management beans for metrics, socket options, and flight recordings for
     * diagnosis.
     */
    private static final List<String> MODULES = List.of(
            "java.se",
            "jdk.charsets",
            "jdk.crypto.ec",
            "jdk.jfr",
            "jdk.localedata",
            "jdk.management",
            "jdk.management.agent",
            "jdk.naming.dns",
            "jdk.net",
            "jdk.security.auth",
            "jdk.security.jgss",
            "jdk.unsupported",
            "jdk.zipfs");

    private JavaRuntime() {}

    /**
     * @param jdk folder with the unpacked packages
     * @param target folder for the runtime, which must not exist
     */
    static void link(Path jdk, Path target) throws IOException, InterruptedException {
        Path home = jdk.resolve(JDK);
        Path log = target.resolveSibling("jlink.log");
        Process jlink = new ProcessBuilder(
                        home.resolve("bin/jlink").toString(),
                        "--module-path=" + home.resolve("jmods"),
                        "--add-modules=" + String.join(",", MODULES),
                        "--output=" + target,
                        "--no-header-files",
                        "--no-man-pages")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (jlink.waitFor() != 0) {
            throw new IOException("jlink failed: " + Files.readString(log));
        }
        // Delete the tools that a service does not need, such as jrunscript.
        try (Stream<Path> programs = Files.list(target.resolve("bin"))) {
            for (Path program : programs.filter(each -> !each.endsWith("java")).toList()) {
                Files.delete(program);
            }
        }
    }
}
