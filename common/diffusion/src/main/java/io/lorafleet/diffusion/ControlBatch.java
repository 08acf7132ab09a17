// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import io.lorafleet.diffusion.unet.ControlNet;
import io.lorafleet.diffusion.unet.PreparedConditioning;
import io.lorafleet.diffusion.unet.Residuals;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The ControlNets of a batch. The rows that share a ControlNet run through it together, and rows without a ControlNet
 * through none.
 */
final class ControlBatch {
    private final List<Group> groups;

    /**
     * A ControlNet of adjacent rows, which are those of one image.
     *
     * @param position position among the image's ControlNets
     * @param start index of the first row in the batch
     * @param rows number of rows
     */
    record Use(PreparedControl prepared, int position, int start, int rows) {
        int end() {
            return start + rows;
        }
    }

    /**
     * All uses of one ControlNet.
     *
     * @param text keys and values of the rows of all uses, in order
     * @param conditions embedded condition images of these rows
     */
    private record Group(ControlNet net, List<Use> uses, PreparedConditioning text, NDArray conditions) {}

    /** What a use adds to a row. */
    private record Result(int position, Residuals residuals) {}

    private ControlBatch(List<Group> groups) {
        this.groups = groups;
    }

    /** @param owner manager that owns the stacked inputs */
    static ControlBatch of(List<Use> uses, NDManager owner) {
        Map<ControlNet, List<Use>> byNet = new LinkedHashMap<>();
        for (Use use : uses) {
            byNet.computeIfAbsent(use.prepared().control().net(), net -> new ArrayList<>())
                    .add(use);
        }
        List<Group> groups = new ArrayList<>();
        byNet.forEach((net, shared) -> groups.add(group(net, shared, owner)));
        return new ControlBatch(groups);
    }

    private static Group group(ControlNet net, List<Use> uses, NDManager owner) {
        NDList conditions = new NDList();
        for (Use use : uses) {
            for (int row = 0; row < use.rows(); row++) {
                conditions.add(use.prepared().condition());
            }
        }
        NDArray stacked = NDArrays.concat(conditions, 0);
        stacked.attach(owner);
        PreparedConditioning text = PreparedConditioning.concat(
                uses.stream().map(use -> use.prepared().text()).toList(), owner);
        return new Group(net, uses, text, stacked);
    }

    /**
     * Evaluates the ControlNets.
     *
     * @param sample the UNet's input for all rows of the batch (N, C, H, W)
     * @param timesteps timestep of each row
     * @return what is added to the UNet, attached to the sample's manager. If a row has several ControlNets, their
     *     results are in the order of the request, so that the sum does not depend on the other rows
     */
    List<Residuals> evaluate(NDArray sample, double[] timesteps) {
        List<Result> results = new ArrayList<>();
        for (Group group : groups) {
            NDList inputs = new NDList();
            List<Double> times = new ArrayList<>();
            for (Use use : group.uses()) {
                inputs.add(sample.get(new NDIndex(use.start() + ":" + use.end())));
                for (int row = use.start(); row < use.end(); row++) {
                    times.add(timesteps[row]);
                }
            }
            NDArray own = inputs.size() == 1 ? inputs.get(0) : NDArrays.concat(inputs, 0);
            List<NDArray> outputs = group.net()
                    .forward(
                            own,
                            times.stream().mapToDouble(Double::doubleValue).toArray(),
                            group.text(),
                            group.conditions());
            int row = 0;
            for (Use use : group.uses()) {
                for (int i = use.start(); i < use.end(); i++) {
                    results.add(new Result(use.position(), scaled(outputs, row++, use, i)));
                }
            }
        }
        return results.stream()
                .sorted(Comparator.comparingInt(Result::position))
                .map(Result::residuals)
                .toList();
    }

    /** @param row index among the rows of the group @param target index in the batch */
    private static Residuals scaled(List<NDArray> outputs, int row, Use use, int target) {
        NDIndex index = new NDIndex(row + ":" + (row + 1));
        List<NDArray> scaled = outputs.stream()
                .map(output -> output.get(index).mul(use.prepared().control().scale()))
                .toList();
        int middle = scaled.size() - 1;
        return new Residuals(target, scaled.subList(0, middle), scaled.get(middle));
    }
}
