// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.engine;

import io.lorafleet.diffusion.Control;
import io.lorafleet.diffusion.Precision;
import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.diffusion.StableDiffusion;
import io.lorafleet.diffusion.checkpoint.ControlNetFiles;
import io.lorafleet.diffusion.unet.ControlNet;
import io.lorafleet.diffusion.weights.Checksums;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.messages.Check;
import io.lorafleet.messages.PinnedControlNet;
import io.lorafleet.messages.generation.AppliedControlNet;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.worker.WorkerStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The worker's ControlNets. All of them are loaded when the worker starts, and stay loaded. */
final class ControlNets implements AutoCloseable {
    static final String KEY = "lorafleet.worker.control-nets";
    private static final String EXTENSION = ".safetensors";

    /** The ControlNets, ordered by name. */
    private final Map<PinnedControlNet, ControlNet> loaded;

    private ControlNets(Map<PinnedControlNet, ControlNet> loaded) {
        this.loaded = loaded;
    }

    static ControlNets none() {
        return new ControlNets(Map.of());
    }

    /**
     * Loads the ControlNets of a folder. Each entry is a ControlNet: a folder in the diffusers layout, or a
     * {@code .safetensors} file with the names of the original implementation. A folder with the name of such a file
     * belongs to the file. Hidden entries and {@code SHA256SUMS} are no ControlNets.
     *
     * @param model model that the ControlNets belong to
     * @param precision precision of the model's UNet
     * @return the ControlNets, to be closed by the caller before the model
     * @throws ModelFileException if an entry is not a ControlNet of the model; the message names each such entry
     */
    static ControlNets open(StableDiffusion model, Path folder, Precision precision) {
        Map<PinnedControlNet, ControlNet> loaded = new LinkedHashMap<>();
        List<String> refused = new ArrayList<>();
        entries(folder).forEach((name, path) -> {
            try {
                Check.id("name", name);
                ControlNetFiles files = ControlNetFiles.open(path);
                ControlNet net = model.openControlNet(files, precision);
                loaded.put(new PinnedControlNet(name, files.sha256()), net);
            } catch (ModelFileException | IllegalArgumentException e) {
                refused.add(name + ": " + e.getMessage());
            }
        });
        ControlNets opened = new ControlNets(loaded);
        if (!refused.isEmpty()) {
            opened.close();
            throw new ModelFileException(KEY + ": expected ControlNets for the model " + model.name() + ", found "
                    + refused.size() + " that cannot be used. " + String.join(". ", refused));
        }
        return opened;
    }

    /** @return the path of each ControlNet by its name */
    private static SortedMap<String, Path> entries(Path folder) {
        SortedMap<String, Path> entries = new TreeMap<>();
        List<Path> listed;
        try (Stream<Path> stream = Files.list(folder)) {
            listed = stream.sorted().toList();
        } catch (IOException e) {
            throw new ModelFileException(
                    KEY + ": expected a folder of ControlNets, found " + folder + " (" + e + ")", e);
        }
        for (Path entry : listed) {
            String file = entry.getFileName().toString();
            boolean single = file.endsWith(EXTENSION) && Files.isRegularFile(entry);
            String name = single ? file.substring(0, file.length() - EXTENSION.length()) : file;
            if (file.startsWith(".") || file.equals(Checksums.FILE)) {
                continue;
            }
            if (single || !Files.exists(entry.resolveSibling(file + EXTENSION))) {
                entries.put(name, entry);
            }
        }
        if (entries.size() > WorkerStatus.MAX_CONTROL_NETS) {
            throw new ModelFileException(KEY + ": expected at most " + WorkerStatus.MAX_CONTROL_NETS
                    + " ControlNets, found " + entries.size());
        }
        return entries;
    }

    /** @return references to the ControlNets, ordered by name */
    List<PinnedControlNet> references() {
        return List.copyOf(loaded.keySet());
    }

    /**
     * @param conditions condition images of the request's ControlNets, in order
     * @return the ControlNets of a request
     * @throws IllegalArgumentException if this worker does not have one of the ControlNets
     */
    List<Control> controls(GenerateImage request, List<RgbImage> conditions) {
        List<Control> controls = new ArrayList<>();
        for (AppliedControlNet applied : request.appliedControls()) {
            ControlNet net = loaded.get(applied.controlNet());
            if (net == null) {
                throw new IllegalArgumentException(
                        "controls: expected some of " + references() + ", found " + applied.controlNet());
            }
            RgbImage condition = conditions.get(controls.size());
            controls.add(new Control(net, condition, applied.scale(), applied.start(), applied.end()));
        }
        return controls;
    }

    /** Frees the weights. */
    @Override
    public void close() {
        loaded.values().forEach(ControlNet::close);
    }
}
