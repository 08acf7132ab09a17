// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.containers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes.Name;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * The files of a packaged service, by their path in the image.
 *
 * @param libraries other projects' jars, which change rarely
 * @param application the project's own files
 */
record PackagedService(Map<String, Path> libraries, Map<String, Path> application) {
    private static final String APP = "/app/";

    PackagedService {
        libraries = Map.copyOf(libraries);
        application = Map.copyOf(application);
    }

    /** @param folder {@code target/quarkus-app} of a module */
    static PackagedService quarkus(Path folder) throws IOException {
        requirePackaged(folder.resolve("quarkus-run.jar"));
        try (Stream<Path> files = Files.walk(folder)) {
            return split(folder, files.filter(Files::isRegularFile).toList());
        }
    }

    /** @param jar an executable jar; its manifest lists the other jars */
    static PackagedService jar(Path jar) throws IOException {
        requirePackaged(jar);
        List<Path> files = new ArrayList<>(List.of(jar));
        try (JarFile opened = new JarFile(jar.toFile())) {
            String classPath = opened.getManifest().getMainAttributes().getValue(Name.CLASS_PATH);
            for (String library : classPath.split(" ")) {
                files.add(jar.resolveSibling(library));
            }
        }
        return split(jar.resolveSibling(""), files);
    }

    /** @return the only library whose file name contains the text */
    Map.Entry<String, Path> library(String text) {
        List<Map.Entry<String, Path>> found = libraries.entrySet().stream()
                .filter(each -> each.getKey().contains(text))
                .toList();
        if (found.size() != 1) {
            throw new IllegalStateException("expected one library matching '" + text + "', found " + found);
        }
        return found.get(0);
    }

    /** @return the same service, with another file in place of one library */
    PackagedService withLibrary(String target, Path file) {
        Map<String, Path> replaced = new TreeMap<>(libraries);
        replaced.put(target, file);
        return new PackagedService(replaced, application);
    }

    private static PackagedService split(Path root, List<Path> files) {
        Map<String, Path> libraries = new TreeMap<>();
        Map<String, Path> application = new TreeMap<>();
        for (Path file : files) {
            String name = root.relativize(file).toString();
            boolean isOwn =
                    !name.startsWith("lib/") || file.getFileName().toString().contains("lorafleet");
            (isOwn ? application : libraries).put(APP + name, file);
        }
        return new PackagedService(libraries, application);
    }

    private static void requirePackaged(Path file) {
        if (!Files.exists(file)) {
            throw new IllegalStateException(
                    "expected the packaged service " + file + ", found none; run './mvnw package'");
        }
    }
}
