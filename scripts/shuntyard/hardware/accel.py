"""Cards that do nothing but machine learning: IBM Spyre, Google TPU, Intel Gaudi, Qualcomm Cloud AI."""

from __future__ import annotations

from pathlib import Path

from shuntyard.hardware.pci import Kind, behind_vfio, in_accel_class
from shuntyard.hardware.probe import Ask
from shuntyard.result import Hardware

_IBM, _GOOGLE, _HABANA, _QUALCOMM = 0x1014, 0x1AE0, 0x1DA3, 0x17CB  # PCI vendors (pci-ids.ucw.cz)
_SPYRE = Kind("npu", "ibm", "npu_spyre", "spyre")
_TPU = Kind("tpu", "google", "tpu", "tpu")
_VFIO = {
    (_IBM, 0x06A7): _SPYRE,  # sosreport, sos/report/plugins/spyre.py
    (_IBM, 0x06A8): _SPYRE,
    **dict.fromkeys([(_GOOGLE, device) for device in (0x0027, 0x0056, 0x005E, 0x0062, 0x0063, 0x006F, 0x0076)], _TPU),
}
_ACCEL_CLASS = {
    _HABANA: Kind("npu", "intel", "npu_gaudi", "hpu", "habanalabs"),
    _QUALCOMM: Kind("npu", "qualcomm", "npu_qaic", "qaic", "qaic"),
    _GOOGLE: _TPU,
}


def detect(root: Path, ask: Ask) -> Hardware | None:  # noqa: ARG001 - files say it all
    return behind_vfio(root, _VFIO) or in_accel_class(root, _ACCEL_CLASS)
