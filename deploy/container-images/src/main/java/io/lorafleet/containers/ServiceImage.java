// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.containers;

import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FileEntry;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;

/**
 * An image of a service or of the command line: the base image and layers of files, ordered from those that change
 * least often to those that change with each build.
 */
final class ServiceImage {
    private static final AbsoluteUnixPath APP = AbsoluteUnixPath.get("/app");
    private static final String REPOSITORY = "lorafleet/";
    private static final String OWNER = BaseImage.USER + ":" + BaseImage.USER;

    private final String name;
    private final String version;
    private final List<String> command = new ArrayList<>(List.of(BaseImage.JAVA + "/bin/java"));
    private final Map<String, String> environment = new TreeMap<>(Map.of("LANG", "C.UTF-8"));
    private final List<FileEntriesLayer> layers = new ArrayList<>();

    /** @param name {@code gateway}, for example */
    ServiceImage(String name, String version) {
        this.name = name;
        this.version = version;
    }

    ServiceImage environment(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    ServiceImage arguments(String... arguments) {
        command.addAll(List.of(arguments));
        return this;
    }

    /** @param files the files to add, by their path in the image */
    ServiceImage layer(String layer, Map<String, Path> files) {
        FileEntriesLayer.Builder builder = FileEntriesLayer.builder().setName(layer);
        new TreeMap<>(files).forEach((target, file) -> builder.addEntry(file, AbsoluteUnixPath.get(target)));
        layers.add(builder.build());
        return this;
    }

    /**
     * Adds a folder. The folder and its parents, except the root, belong to {@link BaseImage#USER}.
     *
     * @param target path in the image
     * @param folder an empty folder
     */
    ServiceImage folder(String target, Path folder) {
        FileEntriesLayer.Builder builder = FileEntriesLayer.builder().setName(target);
        for (Path path = Path.of(target); path != null && path.getNameCount() > 0; path = path.getParent()) {
            builder.addEntry(new FileEntry(
                    folder,
                    AbsoluteUnixPath.get(path.toString()),
                    FilePermissions.DEFAULT_FOLDER_PERMISSIONS,
                    Instant.EPOCH,
                    OWNER));
        }
        layers.add(builder.build());
        return this;
    }

    /**
     * @param tar the file to write, in OCI's image layout
     * @param cache folder for layers
     * @return the digest of the image's manifest
     */
    String build(BaseImage base, Path tar, Path cache) throws IOException, InterruptedException, ExecutionException {
        try {
            JibContainerBuilder image = Jib.from(TarImage.at(base.tar()))
                    .setFormat(ImageFormat.OCI)
                    .setUser(OWNER)
                    .setWorkingDirectory(APP)
                    .setEntrypoint(command)
                    .setEnvironment(environment)
                    .setLabels(Map.of(
                            "org.opencontainers.image.title",
                            "lorafleet-" + name,
                            "org.opencontainers.image.version",
                            version,
                            "org.opencontainers.image.licenses",
                            "Apache-2.0"));
            layers.forEach(image::addFileEntriesLayer);
            return image.containerize(Containerizer.to(TarImage.at(tar).named(REPOSITORY + name + ":" + version))
                            .setBaseImageLayersCache(cache)
                            .setApplicationLayersCache(cache)
                            .setOfflineMode(true))
                    .getDigest()
                    .toString();
        } catch (InvalidImageReferenceException | RegistryException | CacheDirectoryCreationException e) {
            throw new IOException("cannot build container image " + name + ": " + e.getMessage(), e);
        }
    }
}
