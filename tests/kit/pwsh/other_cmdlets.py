"""Cmdlets of PowerShell itself, of the registry, of services and of scheduled tasks."""

import json
import re
from collections.abc import Callable
from typing import Any

from tests.kit.pwsh import net_cmdlets
from tests.kit.pwsh.values import Obj, PsError, items, loaded, plain, text
from tests.kit.pwsh.windows import Task, Windows

Given = dict[str, Any]
_WORKER = r"HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Virtualization\Worker"
_INTERFACE = re.compile(r"HKLM:\\SYSTEM\\CurrentControlSet\\Services\\(\w+)\\Parameters\\Interfaces\\\{(.*)\}")


def nothing(windows: Windows, given: Given) -> None:
    """What needs no emulation."""


def silent(windows: Windows, given: Given) -> list[Any]:
    return []


def from_json(windows: Windows, given: Given) -> Any:
    try:
        return loaded(json.loads(given["inputobject"]))
    except ValueError as e:
        raise PsError(f"Invalid JSON primitive: {e}") from e


def to_json(windows: Windows, given: Given) -> str:
    return json.dumps(plain(given["inputobject"]))


def select(windows: Windows, given: Given) -> list[Any]:
    found: list[Any] = given["input"][int(given["skip"]) :]
    return found


def sleep(windows: Windows, given: Given) -> list[Any]:
    windows.host.world.wait(int(given["seconds"]))
    return []


def join_path(windows: Windows, given: Given) -> str:
    return f"{text(given['path'])}\\{text(given['childpath'])}"


def test_path(windows: Windows, given: Given) -> bool:
    path = given["literalpath"]
    if found := _INTERFACE.fullmatch(path):
        return any(one.guid.upper() == found[2].upper() for one in windows.host.interfaces())
    return path in windows.files


def get_content(windows: Windows, given: Given) -> str:
    if given["literalpath"] not in windows.files:
        raise PsError("Cannot find path because it does not exist.")
    return windows.files[given["literalpath"]]


def set_content(windows: Windows, given: Given) -> list[Any]:
    windows.files[given["literalpath"]] = text(given["value"])
    return []


def move_item(windows: Windows, given: Given) -> list[Any]:
    windows.files[given["destination"]] = windows.files.pop(given["literalpath"])
    return []


def remove_item(windows: Windows, given: Given) -> list[Any]:
    del windows.files[given["literalpath"]]
    return []


def get_item_property(windows: Windows, given: Given) -> Obj:
    path = given["literalpath"]
    if path == _WORKER:
        current = windows.host.key.current
        octets = None if current is None else list(current.to_bytes(6, "big"))
        return Obj({"CurrentMacAddress": octets})
    found = _INTERFACE.fullmatch(path)
    if found is None:
        raise PsError(f"Cannot find path '{path}' because it does not exist.")
    return Obj(net_cmdlets.configured(windows, found[2], found[1]))


def set_item_property(windows: Windows, given: Given) -> list[Any]:
    assert given["literalpath"] == _WORKER
    assert given["name"] == "CurrentMacAddress"
    assert "vmms" in windows.stopped, "the service would overwrite it"
    windows.host.edit_registry(current=bytes(items(given["value"])).hex())
    return []


def stop_service(windows: Windows, given: Given) -> list[Any]:
    windows.stopped.add(given["name"])
    return []


def start_service(windows: Windows, given: Given) -> list[Any]:
    windows.stopped.discard(given["name"])
    return []


def get_policy(windows: Windows, given: Given) -> str:
    assert given["scope"] == "MachinePolicy"
    return windows.policy


def get_task(windows: Windows, given: Given) -> list[Obj]:
    return [Obj({"TaskName": name, "State": task.state}, task) for name, task in windows.tasks.items()]


def new_task_part(windows: Windows, given: Given) -> Obj:
    return Obj({name: value for name, value in given.items() if name != "erroraction"})


def register_task(windows: Windows, given: Given) -> Obj:
    assert given["principal"].get("userid") == "SYSTEM"
    assert given["trigger"].get("atstartup")
    assert given["action"].get("execute") == r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"
    windows.tasks[given["taskname"]] = Task(given["action"].get("argument"))
    return Obj()


def start_task(windows: Windows, given: Given) -> list[Any]:
    windows.start_task(windows.tasks[given["taskname"]])
    return []


def unregister_task(windows: Windows, given: Given) -> list[Any]:
    del windows.tasks[given["taskname"]]
    return []


COMMANDS: dict[str, Callable[[Windows, Given], Any]] = {
    "convertfrom-json": from_json,
    "convertto-json": to_json,
    "select-object": select,
    "start-sleep": sleep,
    "join-path": join_path,
    "test-path": test_path,
    "get-content": get_content,
    "set-content": set_content,
    "move-item": move_item,
    "remove-item": remove_item,
    "new-item": nothing,
    "start-transcript": silent,
    "stop-transcript": silent,
    "write-warning": silent,
    "set-strictmode": silent,
    "get-itemproperty": get_item_property,
    "set-itemproperty": set_item_property,
    "stop-service": stop_service,
    "start-service": start_service,
    "get-executionpolicy": get_policy,
    "get-scheduledtask": get_task,
    "new-scheduledtaskaction": new_task_part,
    "new-scheduledtaskprincipal": new_task_part,
    "new-scheduledtasktrigger": new_task_part,
    "new-scheduledtasksettingsset": new_task_part,
    "register-scheduledtask": register_task,
    "start-scheduledtask": start_task,
    "unregister-scheduledtask": unregister_task,
}
